/**
 * The client's address as trusted proxies tell it: `set_real_ip_from` says whom to believe, `real_ip_header` where it
 * stands. Every line of it belongs to whoever connected, so nothing is believed of anybody else.
 */
import { lookup } from 'node:dns/promises'
import type { Report } from '../language/diagnostic.ts'
import { flagRow } from '../language/rows.ts'
import type { Statement } from '../language/statement.ts'
import type { Request } from '../http/request.ts'
import { declined, type Module } from '../model/module.ts'
import { addressBytes, canonicalAddress, isInside, parseNetwork, type Network } from '../model/network.ts'
import { everywhere, row, textOf } from '../model/row.ts'
import { addResource, type LevelScope } from '../model/scope.ts'
import { setting } from '../model/setting.ts'

/** The proxies whose word counts. */
interface Trusted {
  readonly networks: readonly Network[]
  readonly unix: boolean
}

interface RealIp {
  readonly from: Trusted
  /** Lower case; `proxy_protocol` is the connection's own header. */
  readonly header: string
  readonly isRecursive: boolean
}

/** An address, and the port where one was told. */
interface Client {
  readonly address: string
  readonly port: number | undefined
}

const from = setting<Trusted | undefined>('set_real_ip_from', undefined)
const header = setting('real_ip_header', 'x-real-ip')
const recursive = setting('real_ip_recursive', false)

function applyFrom(scope: LevelScope, statement: Statement, report: Report): void {
  const text = textOf(statement, 0)
  const known = scope.get(from) ?? { networks: [], unix: false }
  if (text === 'unix:') {
    scope.set(from, { ...known, unix: true })
    return
  }
  const network = parseNetwork(text)
  if (network !== undefined) scope.set(from, { ...known, networks: [...known.networks, network] })
  else if (/^[\d.:/]+$/.test(text) || text.includes('/')) report.emerg(`invalid parameter "${text}"`)
  else addNamed(scope, text, known)
}

/** A name is looked up once, when the configuration is put to use. */
function addNamed(scope: LevelScope, name: string, known: Trusted): void {
  const networks: Network[] = [...known.networks]
  scope.set(from, { ...known, networks })
  addResource(scope.http, {
    open: (errors) => {
      lookup(name, { all: true }).then(
        (found) => {
          for (const { address } of found) {
            const network = parseNetwork(address)
            if (network !== undefined) networks.push(network)
          }
        },
        (error: unknown) => errors.write('error', `host not found in set_real_ip_from "${name}": ${String(error)}`),
      )
    },
  })
}

function isTrusted({ networks, unix }: Trusted, address: string): boolean {
  if (address === 'unix:') return unix
  const bytes = addressBytes(address)
  return bytes !== undefined && networks.some((network) => isInside(network, bytes))
}

/** `1.2.3.4`, `1.2.3.4:80`, `[::1]:80`, `::1`. */
function parseClient(text: string): Client | undefined {
  const match = /^(?:\[([\da-fA-F:.]+)\]|(\d+\.\d+\.\d+\.\d+)|([\da-fA-F:.]+))(?::(\d{1,5}))?$/.exec(text)
  const address = match?.[1] ?? match?.[2] ?? match?.[3]
  if (address === undefined || addressBytes(address) === undefined) return undefined
  const port = match?.[4] === undefined ? 0 : Number(match[4])
  return port > 65535 ? undefined : { address: canonicalAddress(address), port }
}

/** The client in a list of addresses, each added by a proxy on the way: the last that is not a trusted proxy. */
export function realClient(list: string, from: Trusted, isRecursive: boolean): Client | undefined {
  const words = list.split(/[\s,]+/).filter((word) => word !== '')
  let found: Client | undefined
  for (const word of words.toReversed()) {
    const client = parseClient(word)
    if (client === undefined) return found
    found = client
    if (!isRecursive || !isTrusted(from, client.address)) return found
  }
  return found
}

function told(request: Request, { from, header, isRecursive }: RealIp): Client | undefined {
  if (header === 'proxy_protocol') {
    const { proxied } = request.connection
    if (proxied === undefined) return undefined
    return { address: canonicalAddress(proxied.clientAddress), port: proxied.clientPort }
  }
  const list = request.header(header)
  if (list === undefined || list === '') return undefined
  return realClient(list, from, isRecursive)
}

function replaceClient(request: Request, settings: RealIp): void {
  const { main } = request
  if (main.isClientTold || !isTrusted(settings.from, main.clientAddress)) return
  const client = told(main, settings)
  if (client === undefined) return
  main.isClientTold = true
  main.clientAddress = request.clientAddress = client.address
  main.clientPort = request.clientPort = client.port
}

/** The realip module. */
export const realip: Module = {
  name: 'realip',
  directives: [
    row('set_real_ip_from', 'Proxies whose word about the client is believed.', {}, applyFrom),
    row('real_ip_header', 'Where the client is told.', { once: true }, (scope, statement) =>
      scope.set(header, textOf(statement, 0).toLowerCase()),
    ),
    flagRow('real_ip_recursive', everywhere, recursive, 'Whether trusted proxies in the list are passed over.'),
  ],
  variables: {
    names: {
      realip_remote_addr: (request) => request.connection.clientAddress,
      realip_remote_port: (request) => String(request.connection.socket.remotePort ?? ''),
    },
  },
  attach: (scope) => {
    const trusted = scope.value(from)
    if (trusted === undefined) return undefined
    const settings = { from: trusted, header: scope.value(header), isRecursive: scope.value(recursive) }
    return {
      postread: (request) => replaceClient(request, settings),
      preaccess: (request) => {
        replaceClient(request, settings)
        return declined
      },
    }
  },
}
