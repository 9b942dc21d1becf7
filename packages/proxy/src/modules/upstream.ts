/** `upstream` blocks, and the variables that tell how an upstream answered. */
import { isIP } from 'node:net'
import type { Context, Directive } from '../language/directive.ts'
import type { Report } from '../language/diagnostic.ts'
import type { Statement } from '../language/statement.ts'
import { parseTime } from '../language/values.ts'
import type { Request } from '../http/request.ts'
import type { Module } from '../model/module.ts'
import { atLeast, compileAt, row, textOf, warnWithoutEffect } from '../model/row.ts'
import { addResource, LevelScope } from '../model/scope.ts'
import type { Value } from '../model/value.ts'
import type { Getter } from '../model/variable.ts'
import type { AttemptState } from '../upstream/attempts.ts'
import { Forwarding } from '../upstream/forwarding.ts'
import { groupsOf, parsePeerAddress, peerName } from '../upstream/groups.ts'
import { consistentHash, ipHash, keyHash, randomly } from '../upstream/hashing.ts'
import {
  defaultPeerOptions,
  leastConnections,
  Peer,
  PeerGroup,
  roundRobin,
  type Balance,
  type PeerOptions,
} from '../upstream/peers.ts'
import { ResolvedServers, type NamedServer } from '../upstream/resolved-servers.ts'
import { resolverOf } from './core/resolver.ts'

const contexts: readonly Context[] = ['upstream']
const ownCounts = 'each worker counts failures and connections for itself'

interface ServerLine {
  readonly text: string
  readonly options: PeerOptions
  readonly isResolved: boolean
  readonly statement: Statement
}

class UpstreamScope extends LevelScope {
  readonly name: string
  readonly servers: ServerLine[] = []
  hasZone = false
  balance: Balance = roundRobin
  key: Value | undefined
  readonly keepalive: { connections?: number; timeout?: number; requests?: number; time?: number } = {}

  constructor(parent: LevelScope, statement: Statement) {
    super('upstream', parent, statement, parent.http)
    this.name = textOf(statement, 0)
  }
}

const numbers: Readonly<Record<string, 'weight' | 'maxFails' | 'maxConnections'>> = {
  weight: 'weight',
  max_fails: 'maxFails',
  max_conns: 'maxConnections',
}

function addServer(scope: LevelScope, statement: Statement, report: Report): void {
  if (!(scope instanceof UpstreamScope)) return
  const [target, ...words] = statement.args
  const options = { ...defaultPeerOptions }
  for (const { text, place } of words) {
    const [name = '', value] = text.split('=')
    const field = numbers[name]
    if (field !== undefined && value !== undefined && /^\d+$/.test(value)) options[field] = Number(value)
    else if (name === 'fail_timeout' && parseTime(value ?? '') !== undefined)
      options.failTimeout = parseTime(value ?? '') ?? 0
    else if (text === 'backup' || text === 'down') options[text] = true
    else if (name === 'service') report.emerg('the `service` of a `server` is not implemented by trivet', place)
    else if (text !== 'resolve') report.emerg(`invalid parameter "${text}"`, place)
  }
  if (options.weight === 0) report.emerg('invalid parameter "weight=0"')
  const isResolved = words.some(({ text }) => text === 'resolve')
  if (target !== undefined) scope.servers.push({ text: target.text, options, isResolved, statement })
}

function closeUpstream(scope: UpstreamScope, report: Report): void {
  const servers = scope.servers.flatMap((line) => readServer(scope, line, report) ?? [])
  if (scope.servers.length === 0) report.emerg(`no servers are inside upstream "${scope.name}"`, scope.statement?.place)
  const peers = servers.filter((server) => server instanceof Peer)
  const group = new PeerGroup(scope.name, peers, scope.balance, scope.keepalive, scope.key)
  const groups = groupsOf(scope.http)
  if (!groups.add(group)) report.emerg(`duplicate upstream "${scope.name}"`, scope.statement?.place)
  if (peers.length < servers.length) resolveServers(scope, group, servers)
}

function readServer(scope: UpstreamScope, line: ServerLine, report: Report): Peer | NamedServer | undefined {
  const { text, options, isResolved, statement } = line
  const address = parsePeerAddress(text, 80)
  if (address === undefined) {
    report.emerg(`invalid server "${text}" in upstream "${scope.name}"`, statement.place)
    return undefined
  }
  if (!isResolved || 'path' in address || isIP(address.host) !== 0)
    return new Peer(peerName(address), address, options, text)
  return { ...address, options, text }
}

/** Sees to the names of an upstream: the resolver may stand behind it. */
function resolveServers(scope: UpstreamScope, group: PeerGroup, servers: readonly (Peer | NamedServer)[]): void {
  scope.http.onFinish((report) => {
    const { resolver, timeout } = resolverOf(scope)
    const place = scope.statement?.place
    if (!scope.hasZone)
      report.emerg(
        `resolving names at run time requires upstream "${scope.name}" to be in shared memory`,
        place,
        'nginx wants a `zone` here',
      )
    else if (resolver === undefined)
      report.emerg(`no resolver defined to resolve names at run time in upstream "${scope.name}"`, place)
    else addResource(scope.http, new ResolvedServers(group, groupsOf(scope.http), servers, { resolver, timeout }))
  })
}

function applyHash(scope: LevelScope, statement: Statement, report: Report): void {
  const [word, more] = statement.args
  if (!(scope instanceof UpstreamScope) || word === undefined) return
  if (more !== undefined && more.text !== 'consistent') report.emerg(`invalid parameter "${more.text}"`, more.place)
  scope.key = compileAt(word, scope, report)
  scope.balance = more === undefined ? keyHash : consistentHash()
}

function applyRandom(scope: LevelScope, statement: Statement, report: Report): void {
  const [word, method] = statement.args
  if (!(scope instanceof UpstreamScope)) return
  if (word !== undefined && word.text !== 'two') report.emerg(`invalid parameter "${word.text}"`, word.place)
  if (method !== undefined && method.text !== 'least_conn')
    report.emerg(`invalid parameter "${method.text}"`, method.place)
  scope.balance = randomly(word !== undefined)
}

function keepaliveRow(
  name: 'keepalive_timeout' | 'keepalive_requests' | 'keepalive_time',
  field: 'timeout' | 'requests' | 'time',
): Directive {
  return row(name, 'Bounds of kept connections.', { contexts, once: true }, (scope, statement, report) => {
    const text = textOf(statement, 0)
    const value = field === 'requests' ? (/^\d+$/.test(text) ? Number(text) : undefined) : parseTime(text)
    if (value === undefined) report.emerg(`"${name}" directive invalid value`)
    else if (scope instanceof UpstreamScope) scope.keepalive[field] = value
  })
}

function statesText(request: Request, show: (state: AttemptState) => string): string | undefined {
  const { upstream } = request
  return upstream instanceof Forwarding ? shown(upstream, show) : undefined
}

function shown(forwarding: Forwarding, show: (state: AttemptState) => string): string {
  const own = forwarding.states.map(show).join(', ')
  return forwarding.earlier === undefined ? own : `${shown(forwarding.earlier, show)} : ${own}`
}

const time =
  (read: (state: AttemptState) => number): Getter =>
  (request) =>
    statesText(request, (state) => (read(state) < 0 ? '-' : (read(state) / 1000).toFixed(3)))
const count =
  (read: (state: AttemptState) => number): Getter =>
  (request) =>
    statesText(request, (state) => String(read(state)))

function answerHeader(request: Request, name: string): string | undefined {
  const answer = request.upstream instanceof Forwarding ? request.upstream.answer : undefined
  const values = answer?.headers.getAll(name) ?? []
  return values.length === 0 ? undefined : values.join(', ')
}

function answerCookie(request: Request, name: string): string | undefined {
  const answer = request.upstream instanceof Forwarding ? request.upstream.answer : undefined
  for (const cookie of answer?.headers.getAll('set-cookie') ?? []) {
    const [pair = ''] = cookie.split(';')
    const equals = pair.indexOf('=')
    if (equals !== -1 && pair.slice(0, equals).replace(/^ +| +$/g, '') === name)
      return pair.slice(equals + 1).replace(/^ +| +$/g, '')
  }
  return undefined
}

/** The upstream module. */
export const upstream: Module = {
  name: 'upstream',
  directives: [
    {
      ...row(
        'upstream',
        'Servers under a name.',
        { contexts: ['http'], args: [1, 1], block: 'upstream' },
        (scope, statement) => new UpstreamScope(scope, statement),
      ),
      close: (scope, _statement, report) => {
        if (scope instanceof UpstreamScope) closeUpstream(scope, report)
      },
    },
    row('server', 'A server of the upstream.', { contexts, args: atLeast(1) }, addServer),
    row(
      'keepalive',
      'How many idle connections are kept.',
      { contexts, args: [1, 2], once: true },
      (scope, statement, report) => {
        const text = textOf(statement, 0)
        const [, more] = statement.args
        if (more !== undefined && more.text !== 'local') report.emerg(`invalid parameter "${more.text}"`, more.place)
        if (!/^\d+$/.test(text)) report.emerg(`invalid value "${text}" in "keepalive" directive`)
        else if (scope instanceof UpstreamScope) scope.keepalive.connections = Number(text)
      },
    ),
    keepaliveRow('keepalive_timeout', 'timeout'),
    keepaliveRow('keepalive_requests', 'requests'),
    keepaliveRow('keepalive_time', 'time'),
    row('least_conn', 'The server with the fewest connections is next.', { contexts, args: [0, 0] }, (scope) => {
      if (scope instanceof UpstreamScope) scope.balance = leastConnections
    }),
    row('ip_hash', "The client's address chooses the server.", { contexts, args: [0, 0] }, (scope) => {
      if (scope instanceof UpstreamScope) scope.balance = ipHash
    }),
    row('hash', 'A text chooses the server.', { contexts, args: [1, 2], once: true }, applyHash),
    row('random', 'Chance chooses the server.', { contexts, args: [0, 2], once: true }, applyRandom),
    {
      ...row('zone', `Without effect: ${ownCounts}.`, { contexts, args: [1, 2] }, (scope, _statement, report) => {
        if (scope instanceof UpstreamScope) scope.hasZone = true
        warnWithoutEffect(scope, 'zone', ownCounts, report)
      }),
      inert: true,
    },
  ],
  variables: {
    names: {
      upstream_addr: (request) => statesText(request, (state) => state.peer),
      upstream_status: (request) => statesText(request, (state) => (state.status === 0 ? '-' : String(state.status))),
      upstream_connect_time: time((state) => state.connectTime),
      upstream_header_time: time((state) => state.headerTime),
      upstream_response_time: time((state) => state.responseTime),
      upstream_response_length: count((state) => state.bodyLength),
      upstream_bytes_received: count((state) => state.bytesReceived),
      upstream_bytes_sent: count((state) => state.bytesSent),
      upstream_cache_status: () => undefined,
    },
    prefixes: [
      {
        prefix: 'upstream_http_',
        make: (rest) => (request) => answerHeader(request, rest.toLowerCase().replaceAll('_', '-')),
      },
      { prefix: 'upstream_cookie_', make: (rest) => (request) => answerCookie(request, rest) },
    ],
  },
}
