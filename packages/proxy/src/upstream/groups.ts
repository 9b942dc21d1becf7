/** Upstreams by name, the ones that a `*_pass` makes by naming a server, and the pools of connections to their servers. */
import type { ClientOptions } from '@trivet/http1/client'
import { addResource, type HttpScope } from '../model/scope.ts'
import { defaultPeerOptions, Peer, PeerGroup, type PeerAddress } from './peers.ts'
import type { Pool, Protocol } from './protocol.ts'
import type { UpstreamSettings } from './settings.ts'

const groupsKey = Symbol('upstreams')
const poolsKey = Symbol('pools')

/** How many upstreams made from variables are remembered. */
const rememberedLimit = 1000

/** The upstreams of a configuration. */
export class Groups {
  readonly #named = new Map<string, PeerGroup>()
  readonly #implicit = new Map<string, PeerGroup>()

  /** Adds an `upstream` block; false when the name is taken. */
  add(group: PeerGroup): boolean {
    if (this.#named.has(group.name)) return false
    this.#named.set(group.name, group)
    return true
  }

  /** The upstream for a server part of a URL: by name, or a server of its own; undefined when it is neither. */
  find(text: string, defaultPort: number): PeerGroup | undefined {
    const known = this.#named.get(text) ?? this.#implicit.get(text)
    if (known !== undefined) return known
    const address = parsePeerAddress(text, defaultPort)
    if (address === undefined) return undefined
    const group = new PeerGroup(text, [new Peer(peerName(address), address, defaultPeerOptions)])
    if (this.#implicit.size < rememberedLimit) this.#implicit.set(text, group)
    return group
  }
}

/** The upstreams of a configuration, made when first asked for. */
export function groupsOf(http: HttpScope): Groups {
  return http.shared(groupsKey, () => new Groups())
}

/** Reads `host`, `host:port`, `[v6]:port`, `unix:/path` (also with a colon behind). */
export function parsePeerAddress(text: string, defaultPort: number): PeerAddress | undefined {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length).replace(/:$/, '')
    return path === '' ? undefined : { path }
  }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]\s]+))(?::(\d{1,5}))?$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  if (host === undefined) return undefined
  const port = match?.[3] === undefined ? defaultPort : Number(match[3])
  return port >= 1 && port <= 65535 ? { host, port } : undefined
}

/** A server as logs and `$upstream_addr` show it. */
export function peerName(address: PeerAddress): string {
  if ('path' in address) return `unix:${address.path}`
  return address.host.includes(':')
    ? `[${address.host}]:${address.port}`
    : `${address.host === 'localhost' ? '127.0.0.1' : address.host}:${address.port}`
}

/** Finds the pool of a server for locations that want the same of it. */
export type PoolFinder = (peer: Peer, group: PeerGroup) => Pool

/** A finder of pools; locations with equal settings share them. */
export function poolFinder(
  http: HttpScope,
  protocol: Protocol,
  settings: UpstreamSettings,
  variant: string,
): PoolFinder {
  const { connectTimeout, sendTimeout, readTimeout, headSize } = settings
  const tables = http.shared(poolsKey, () => {
    const made = new Map<string, Map<Peer, Pool>>()
    addResource(http, { close: () => closeAll(made) })
    return made
  })
  const key = [protocol.scheme, variant, connectTimeout, sendTimeout, readTimeout, headSize].join(' ')
  const table = tables.get(key) ?? new Map<Peer, Pool>()
  tables.set(key, table)
  const limits = { head: headSize, requestLine: headSize, fields: 1000 }
  const options: ClientOptions = { connectTimeout, sendTimeout, readTimeout, limits, bareLf: true }
  return (peer, group) => table.get(peer) ?? open(table, peer, group, protocol, options)
}

function open(table: Map<Peer, Pool>, peer: Peer, group: PeerGroup, protocol: Protocol, options: ClientOptions): Pool {
  const pool = protocol.open(peer.address, {
    ...options,
    idle: group.keepalive,
    idleTimeout: group.keepaliveTimeout,
    maxRequests: group.keepaliveRequests,
    maxAge: group.keepaliveTime,
  })
  if (table.size < rememberedLimit) table.set(peer, pool)
  return pool
}

function closeAll(tables: ReadonlyMap<string, ReadonlyMap<Peer, Pool>>): void {
  for (const table of tables.values()) for (const pool of table.values()) pool.close()
}
