/**
 * `uwsgi_pass` and its directives: requests go on over the uwsgi protocol. Connections are kept toward servers that
 * answer the keep-alive offer (Trivet's containers) and used once toward all others.
 */
import { encodeKey, encodeVar, type PacketWriter } from '@trivet/uwsgi'
import { UwsgiExchange, UwsgiPool } from '@trivet/uwsgi/client'
import type { HeaderFields, ResponseHead } from '@trivet/http1'
import type { ClientConnection, ClientError } from '@trivet/http1/client'
import type { Report } from '../../language/diagnostic.ts'
import type { Context } from '../../language/directive.ts'
import { numberRow } from '../../language/rows.ts'
import type { Statement } from '../../language/statement.ts'
import type { Request } from '../../http/request.ts'
import { taken, type Attachment, type Module } from '../../model/module.ts'
import { compileAt, row, textOf, withoutEffectRow } from '../../model/row.ts'
import { autoRedirectSetting, type LevelScope, type LocationScope } from '../../model/scope.ts'
import { setting } from '../../model/setting.ts'
import type { Value } from '../../model/value.ts'
import { Forwarding } from '../../upstream/forwarding.ts'
import { groupsOf, poolFinder, type PoolFinder } from '../../upstream/groups.ts'
import { localAddressFor, type LocalAddress } from '../../upstream/local-address.ts'
import type { Peer, PeerGroup } from '../../upstream/peers.ts'
import type { Pool, Protocol } from '../../upstream/protocol.ts'
import type { Route } from '../../upstream/route.ts'
import { findServers, type Finder } from '../../upstream/resolution.ts'
import { upstreamRows, type UpstreamSettings } from '../../upstream/settings.ts'
import { resolverOf } from '../core/resolver.ts'

const shared = upstreamRows('uwsgi', [
  'x-accel-expires',
  'x-accel-redirect',
  'x-accel-limit-rate',
  'x-accel-buffering',
  'x-accel-charset',
])
const passContexts: readonly Context[] = ['location', 'if in location']

interface Param {
  readonly key: string
  readonly name: string
  readonly value: Value
  readonly ifNotEmpty: boolean
  /** The value it had last, and the whole var once it has had that twice. */
  last: string
  encoded: string | undefined
}

const pass = setting<Value | undefined>('uwsgi_pass', undefined, 'nameless')
const params = setting<readonly Param[]>('uwsgi_param', [])
const modifier1 = setting('uwsgi_modifier1', 0)
const modifier2 = setting('uwsgi_modifier2', 0)

/** The exchange that uwsgi's client wants, on top of the engine's. */
class UwsgiAttempt extends UwsgiExchange {
  override readonly modifier1: number
  override readonly modifier2: number
  override readonly pipelinable: boolean
  readonly #forwarding: Forwarding
  readonly #route: UwsgiRoute

  constructor(forwarding: Forwarding, route: UwsgiRoute) {
    super()
    this.#forwarding = forwarding
    this.#route = route
    this.modifier1 = route.location.modifier1
    this.modifier2 = route.location.modifier2
    const { method, headers } = forwarding.request
    this.pipelinable =
      forwarding.bodySize === 0 &&
      (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') &&
      !headers.has('upgrade')
  }

  get method(): string {
    return this.#forwarding.method
  }

  addVars(writer: PacketWriter): void {
    this.#route.addVars(this.#forwarding, writer)
    this.#forwarding.noteSent(writer.size + 4)
  }

  onHead(head: ResponseHead): void {
    this.#forwarding.onHead(head)
  }

  onData(chunk: Uint8Array): void {
    this.#forwarding.onData(chunk)
  }

  onEnd(trailers: HeaderFields | undefined): void {
    if (trailers !== undefined) this.#forwarding.onTrailers(trailers)
    this.#forwarding.onEnd()
  }

  onError(error: ClientError): void {
    this.#forwarding.onError(error)
  }

  override onDrain(): void {
    this.#forwarding.onDrain()
  }

  override onConnected(connection: ClientConnection): void {
    this.#forwarding.sendMemory(connection)
    this.#forwarding.onConnected(connection)
  }
}

const uwsgiProtocol: Protocol = {
  scheme: 'uwsgi://',
  canStreamUnknown: false,
  open: (address, options): Pool => {
    const pool = new UwsgiPool(address, options)
    return {
      request: (forwarding) => pool.request(new UwsgiAttempt(forwarding, forwarding.route as UwsgiRoute)),
      close: () => pool.close(),
    }
  },
}

interface LocationUwsgi {
  readonly settings: UpstreamSettings
  readonly pools: PoolFinder
  readonly params: readonly Param[]
  /** Names of the client's fields that a param replaces, as `HTTP_NAME`. */
  readonly replaced: ReadonlySet<string>
  readonly modifier1: number
  readonly modifier2: number
}

const keys = new Map<string, { readonly name: string; readonly key: string }>()

/** `HTTP_NAME` of a field, with its encoded form; remembered for the usual ones. */
function headerKey(lowerName: string): { readonly name: string; readonly key: string } {
  const known = keys.get(lowerName)
  if (known !== undefined) return known
  const name = `HTTP_${lowerName.toUpperCase().replaceAll('-', '_')}`
  const made = { name, key: encodeKey(name) }
  if (keys.size < 1000) keys.set(lowerName, made)
  return made
}

/** The way of one request to a uwsgi server. */
class UwsgiRoute implements Route {
  readonly protocol: Protocol = uwsgiProtocol
  readonly settings: UpstreamSettings
  readonly group: PeerGroup
  readonly location: LocationUwsgi
  readonly method: string
  readonly key: string
  readonly logUri = ''
  readonly upgrades: boolean
  readonly #local: LocalAddress | undefined

  constructor(request: Request, location: LocationUwsgi, group: PeerGroup) {
    this.#local = localAddressFor(request, location.settings.bind)
    this.location = location
    this.settings = location.settings
    this.group = group
    this.method = request.method
    this.key = group.key?.read(request) ?? request.clientAddress
    this.upgrades = request.headers.has('upgrade')
  }

  poolOf(peer: Peer): Pool {
    return this.location.pools(peer, this.group, this.#local)
  }

  encode(): string {
    throw new Error('uwsgi encodes its packets itself')
  }

  /**
   * The vars: params in order, then the client's fields. Most params have the same value in request after request; such a
   * var is appended as one piece instead of three, which also keeps the text of the packet a shallow tree.
   */
  addVars(forwarding: Forwarding, writer: PacketWriter): void {
    const { request, bodySize } = forwarding
    for (const param of this.location.params) {
      const { name, value, ifNotEmpty } = param
      let text = value.read(request)
      if (ifNotEmpty && text === '') continue
      // A chunked body has been read whole by now: its length is known.
      if (name === 'CONTENT_LENGTH' && bodySize > 0) text = String(bodySize)
      if (text !== param.last) {
        param.last = text
        param.encoded = undefined
        writer.encoded(param.key)
        writer.value(text)
      } else writer.encoded((param.encoded ??= encodeVar(param.key, text)))
    }
    if (this.settings.passRequestHeaders) this.#addHeaders(request.headers, request, writer)
  }

  #addHeaders(headers: HeaderFields, request: Request, writer: PacketWriter): void {
    for (let i = 0; i < headers.size; i++) {
      const lowerName = headers.lowerName(i)
      const { name, key } = headerKey(lowerName)
      if (this.location.replaced.has(name)) continue
      const next = headers.indexOf(lowerName, i + 1)
      if (next !== -1 || headers.indexOf(lowerName) !== i) {
        if (headers.indexOf(lowerName) !== i) continue
        writer.encoded(key)
        writer.value(request.header(lowerName, lowerName === 'cookie' ? '; ' : ', ') ?? '')
        continue
      }
      writer.encoded(key)
      writer.value(headers.value(i))
    }
  }
}

function applyPass(scope: LevelScope, statement: Statement, report: Report): void {
  const [word] = statement.args
  if (word === undefined) return
  if (word.text.startsWith('suwsgi://'))
    report.emerg('TLS toward upstreams is not supported yet: `suwsgi://` comes later', word.place)
  const value = compileAt(word, scope, report, word.text.replace(/^uwsgi:\/\//, ''))
  if (value === undefined) return
  scope.set(pass, value)
  scope.set(autoRedirectSetting, true)
}

function applyParam(scope: LevelScope, statement: Statement, report: Report): void {
  const [, word, option] = statement.args
  if (option !== undefined && option.text !== 'if_not_empty')
    report.emerg(`invalid parameter "${option.text}"`, option.place)
  const value = word === undefined ? undefined : compileAt(word, scope, report)
  const name = textOf(statement, 0)
  if (value === undefined || name === '') return
  scope.set(params, [
    ...(scope.get(params) ?? []),
    { name, key: encodeKey(name), value, ifNotEmpty: option !== undefined, last: '', encoded: undefined },
  ])
}

function attach(scope: LocationScope): Attachment | undefined {
  const target = scope.value(pass)
  if (target === undefined) return undefined
  const settings = shared.read(scope)
  const list = scope.value(params)
  const location: LocationUwsgi = {
    settings,
    pools: poolFinder(scope.http, uwsgiProtocol, settings, ''),
    params: list,
    replaced: new Set(list.map(({ name }) => name)),
    modifier1: scope.value(modifier1),
    modifier2: scope.value(modifier2),
  }
  const groups = groupsOf(scope.http)
  const fixed = target.constant === undefined ? undefined : groups.find(target.constant, 80)
  // A name that a variable gives has to have a port.
  const finder: Finder = { groups, ...resolverOf(scope), defaultPort: 0 }
  const send = (request: Request, group: PeerGroup): void => {
    new Forwarding(request, new UwsgiRoute(request, location, group)).start()
  }
  const handle = (request: Request): number => {
    if (fixed === undefined) return findServers(request, finder, target.read(request), (group) => send(request, group))
    send(request, fixed)
    return taken
  }
  return { content: handle }
}

/** The uwsgi module. */
export const uwsgi: Module = {
  name: 'uwsgi',
  directives: [
    row('uwsgi_pass', 'Sends requests to a uwsgi server.', { contexts: passContexts, once: true }, applyPass),
    row('uwsgi_param', 'A var of the request.', { args: [2, 3] }, applyParam),
    numberRow('uwsgi_modifier1', ['http', 'server', 'location'], modifier1, "The packet's first modifier.", [0, 255]),
    numberRow('uwsgi_modifier2', ['http', 'server', 'location'], modifier2, "The packet's second modifier.", [0, 255]),
    withoutEffectRow('uwsgi_string', 'nothing is sent behind the vars'),
    ...shared.directives,
  ],
  attach,
}
