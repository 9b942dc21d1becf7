/** Upstreams by name, the ones that a `*_pass` makes by naming a server, and the pools of connections to their servers. */
import type { ClientOptions } from '@trivet/http1/client'
import { addResource, type HttpScope } from '../model/scope.ts'
import type { Resolution } from '../resolver/name-resolver.ts'
import { defaultPeerOptions, Peer, PeerGroup, type PeerAddress, type PeerOptions } from './peers.ts'
import type { LocalAddress } from './local-address.ts'
import type { Pool, Protocol } from './protocol.ts'
import type { UpstreamSettings } from './settings.ts'

const groupsKey = Symbol('upstreams')
const poolsKey = Symbol('pools')

/** How many upstreams made from variables are remembered; the oldest goes first. */
const rememberedLimit = 1000

/** The upstreams of a configuration. */
export class Groups {
  readonly #named = new Map<string, PeerGroup>()
  readonly #implicit = new Map<string, PeerGroup>()
  /** Made while requests run: of addresses, or of what a name was resolved to. */
  readonly #remembered = new Map<string, { readonly group: PeerGroup; readonly resolution: Resolution | undefined }>()
  readonly #forgetters: ((peer: Peer) => void)[] = []

  /** Adds an `upstream` block; false when the name is taken. */
  add(group: PeerGroup): boolean {
    if (this.#named.has(group.name)) return false
    this.#named.set(group.name, group)
    return true
  }

  /** The upstream for a server part that stands in the configuration: by name, or a server of its own; undefined when it is neither. */
  find(text: string, defaultPort: number): PeerGroup | undefined {
    const known = this.known(text)
    if (known !== undefined) return known
    const address = parsePeerAddress(text, defaultPort)
    if (address === undefined) return undefined
    const group = new PeerGroup(text, [new Peer(peerName(address), address, defaultPeerOptions)])
    this.#implicit.set(text, group)
    return group
  }

  /** What the configuration knows under a text. */
  known(text: string): PeerGroup | undefined {
    return this.#named.get(text) ?? this.#implicit.get(text)
  }

  /** The upstream of one address that a variable names. */
  addressed(text: string, address: PeerAddress): PeerGroup {
    const known = this.#remembered.get(text)
    if (known !== undefined) return known.group
    return this.#remember(text, [new Peer(peerName(address), address, defaultPeerOptions)], undefined)
  }

  /** The upstream of all addresses of a name. Servers stay, with their connections, while the name is resolved to them. */
  resolved(text: string, port: number, resolution: Resolution): PeerGroup {
    const known = this.#remembered.get(text)
    if (known?.resolution === resolution) return known.group
    const { peers, gone } = peersAt(resolution.addresses, port, known?.group.peers ?? [], resolvedOptions)
    for (const peer of gone) this.forget(peer)
    this.#remembered.delete(text)
    return this.#remember(text, peers, resolution)
  }

  /** Hears of servers that are no longer known. */
  onForget(forget: (peer: Peer) => void): void {
    this.#forgetters.push(forget)
  }

  /** A server is no longer known: its connections are closed. */
  forget(peer: Peer): void {
    for (const forget of this.#forgetters) forget(peer)
  }

  #remember(text: string, peers: readonly Peer[], resolution: Resolution | undefined): PeerGroup {
    const group = new PeerGroup(text, peers)
    this.#remembered.set(text, { group, resolution })
    const [oldest] = this.#remembered
    if (this.#remembered.size > rememberedLimit && oldest !== undefined) {
      this.#remembered.delete(oldest[0])
      for (const peer of oldest[1].group.peers) this.forget(peer)
    }
    return group
  }
}

/** As in nginx a request begins with a clean slate: no address is left out for what happened to an earlier one. */
const resolvedOptions: PeerOptions = { ...defaultPeerOptions, maxFails: 0 }

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

/**
 * The servers at the addresses that a name is resolved to. Those of `before` stay that are among them, with their connections
 * and what is known of their failures; the others of `before` are `gone`. `text` is the name as the configuration has it.
 */
export function peersAt(
  hosts: readonly string[],
  port: number,
  before: readonly Peer[],
  options: PeerOptions,
  text?: string,
): { readonly peers: readonly Peer[]; readonly gone: readonly Peer[] } {
  const old = new Map(before.map((peer) => [peer.name, peer]))
  const peers = hosts.map((host) => {
    const name = peerName({ host, port })
    const peer = old.get(name) ?? new Peer(name, { host, port }, options, text)
    old.delete(name)
    return peer
  })
  return { peers, gone: [...old.values()] }
}

/** Finds the pool of a server for locations that want the same of it; `local` is what its connections come from. */
export type PoolFinder = (peer: Peer, group: PeerGroup, local?: LocalAddress) => Pool

type Tables = Map<string, Map<Peer, Pool>>

/** Local addresses that variables may name until the pools of the oldest are closed. */
const localLimit = 100

/** A finder of pools; locations with equal settings share them. */
export function poolFinder(
  http: HttpScope,
  protocol: Protocol,
  settings: UpstreamSettings,
  variant: string,
): PoolFinder {
  const { connectTimeout, sendTimeout, readTimeout, headSize, socketKeepalive } = settings
  const tables = http.shared(poolsKey, () => {
    const made: Tables = new Map()
    addResource(http, { close: () => closeAll(made) })
    groupsOf(http).onForget((peer) => forget(made, peer))
    return made
  })
  const key = [protocol.scheme, variant, connectTimeout, sendTimeout, readTimeout, headSize, socketKeepalive].join(' ')
  const table = tableOf(tables, key)
  const limits = { head: headSize, requestLine: headSize, fields: 1000 }
  const options: ClientOptions = { connectTimeout, sendTimeout, readTimeout, limits, bareLf: true }
  const open = (into: Map<Peer, Pool>, peer: Peer, group: PeerGroup, local?: LocalAddress): Pool => {
    const keepAlive = socketKeepalive ? { keepAlive: true } : {}
    const pool = protocol.open({ ...peer.address, ...local, ...keepAlive }, { ...options, ...keptBy(group) })
    into.set(peer, pool)
    return pool
  }
  const locals = new Set<string>()
  return (peer, group, local) => {
    if (local === undefined) return table.get(peer) ?? open(table, peer, group)
    const localKey = `${key} from ${local.localAddress} ${local.localPort ?? ''}`
    const localTable = tableOf(tables, localKey)
    if (!locals.has(localKey)) closeOldest(tables, locals.add(localKey))
    return localTable.get(peer) ?? open(localTable, peer, group, local)
  }
}

function tableOf(tables: Tables, key: string): Map<Peer, Pool> {
  const table = tables.get(key) ?? new Map<Peer, Pool>()
  tables.set(key, table)
  return table
}

function closeOldest(tables: Tables, keys: Set<string>): void {
  const [oldest] = keys
  if (keys.size <= localLimit || oldest === undefined) return
  keys.delete(oldest)
  for (const pool of tables.get(oldest)?.values() ?? []) pool.close()
  tables.delete(oldest)
}

function keptBy(group: PeerGroup): ClientOptions {
  return {
    idle: group.keepalive,
    idleTimeout: group.keepaliveTimeout,
    maxRequests: group.keepaliveRequests,
    maxAge: group.keepaliveTime,
  }
}

function forget(tables: Tables, peer: Peer): void {
  for (const table of tables.values()) {
    table.get(peer)?.close()
    table.delete(peer)
  }
}

function closeAll(tables: Tables): void {
  for (const table of tables.values()) for (const pool of table.values()) pool.close()
}
