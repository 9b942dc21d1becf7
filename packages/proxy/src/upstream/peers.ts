/**
 * The servers of an upstream and which of them is next: smooth weighted round robin, backups when nobody else is left.
 * A server that failed `max_fails` times within `fail_timeout` is left out for as long; a lone server never is.
 */

import type { Value } from '../model/value.ts'

/** A server of an upstream as configured. */
export interface PeerOptions {
  readonly weight: number
  /** 0 never counts failures. */
  readonly maxFails: number
  /** Milliseconds: the window failures are counted in, and the time the server is then left out. */
  readonly failTimeout: number
  readonly backup: boolean
  readonly down: boolean
  /** 0 is no limit. */
  readonly maxConnections: number
}

/** Where a server listens. */
export type PeerAddress = { readonly host: string; readonly port: number } | { readonly path: string }

/** A server while it runs. */
export class Peer {
  readonly name: string
  /** As the configuration names it. */
  readonly server: string
  readonly address: PeerAddress
  readonly options: PeerOptions
  currentWeight = 0
  effectiveWeight: number
  fails = 0
  lastFailure = 0
  lastCheck = 0
  connections = 0

  constructor(name: string, address: PeerAddress, options: PeerOptions, server: string = name) {
    this.name = name
    this.server = server
    this.address = address
    this.options = options
    this.effectiveWeight = options.weight
  }

  /** Whether it may be asked now. */
  isUsable(now: number): boolean {
    const { down, maxFails, failTimeout, maxConnections } = this.options
    if (down || (maxConnections > 0 && this.connections >= maxConnections)) return false
    return maxFails === 0 || this.fails < maxFails || now - this.lastCheck > failTimeout
  }
}

/** Options of a server that says nothing. */
export const defaultPeerOptions: PeerOptions = {
  weight: 1,
  maxFails: 1,
  failTimeout: 10_000,
  backup: false,
  down: false,
  maxConnections: 0,
}

/** How the next server is chosen: among all of a list those that `isFree` lets be asked; `key` is the client's or the request's. */
export type Balance = (peers: readonly Peer[], isFree: (peer: Peer) => boolean, key: string) => Peer | undefined

/** Smooth weighted round robin: the servers' turns are spread evenly, whatever the weights. */
export function roundRobin(peers: readonly Peer[], isFree: (peer: Peer) => boolean): Peer | undefined {
  let best: Peer | undefined
  let total = 0
  for (const peer of peers) {
    if (!isFree(peer)) continue
    peer.currentWeight += peer.effectiveWeight
    total += peer.effectiveWeight
    if (peer.effectiveWeight < peer.options.weight) peer.effectiveWeight++
    if (best === undefined || peer.currentWeight > best.currentWeight) best = peer
  }
  if (best !== undefined) best.currentWeight -= total
  return best
}

/** The server with the fewest connections for its weight; round robin among equals. */
export function leastConnections(peers: readonly Peer[], isFree: (peer: Peer) => boolean): Peer | undefined {
  let fewest = Number.POSITIVE_INFINITY
  const free = peers.filter(isFree)
  for (const peer of free) fewest = Math.min(fewest, peer.connections / peer.options.weight)
  return roundRobin(free, (peer) => peer.connections / peer.options.weight === fewest)
}

/** The servers of one upstream. */
export class PeerGroup {
  readonly name: string
  /** Replaced as wholes, when names are resolved anew. */
  peers: readonly Peer[] = []
  backups: readonly Peer[] = []
  readonly balance: Balance
  /** What servers are chosen by besides their turn; undefined is the client's address. */
  readonly key: Value | undefined
  /** Kept idle connections per server. */
  readonly keepalive: number
  readonly keepaliveTimeout: number
  readonly keepaliveRequests: number
  readonly keepaliveTime: number

  constructor(
    name: string,
    all: readonly Peer[],
    balance: Balance = roundRobin,
    keepalive: {
      readonly connections?: number
      readonly timeout?: number
      readonly requests?: number
      readonly time?: number
    } = {},
    key?: Value,
  ) {
    this.name = name
    this.replace(all)
    this.balance = balance
    this.key = key
    this.keepalive = keepalive.connections ?? 32
    this.keepaliveTimeout = keepalive.timeout ?? 60_000
    this.keepaliveRequests = keepalive.requests ?? 1000
    this.keepaliveTime = keepalive.time ?? 3_600_000
  }

  /** Takes other servers. */
  replace(all: readonly Peer[]): void {
    this.peers = all.filter((peer) => !peer.options.backup)
    this.backups = all.filter((peer) => peer.options.backup)
  }

  /** True when there is nobody else to ask. */
  get isSingle(): boolean {
    return this.peers.length + this.backups.length === 1
  }

  /** How many servers a request may try. */
  get size(): number {
    return (
      this.peers.filter((peer) => !peer.options.down).length + this.backups.filter((peer) => !peer.options.down).length
    )
  }

  /** The next server for a request that has tried some; undefined when none is left. */
  next(tried: ReadonlySet<Peer>, key: string): Peer | undefined {
    const now = Date.now()
    const [only] = this.peers
    if (this.isSingle && only !== undefined) {
      const { down, maxConnections } = only.options
      return down || (maxConnections > 0 && only.connections >= maxConnections) ? undefined : take(only, now)
    }
    const isFree = (peer: Peer): boolean => !tried.has(peer) && peer.isUsable(now)
    const peer = this.balance(this.peers, isFree, key) ?? roundRobin(this.backups, isFree)
    return peer === undefined ? undefined : take(peer, now)
  }

  /** The server answered. */
  succeeded(peer: Peer): void {
    if (peer.lastFailure < peer.lastCheck) peer.fails = 0
  }

  /** The server did not answer as it should; true when that made it left out. */
  failed(peer: Peer): boolean {
    if (this.isSingle) return false
    const now = Date.now()
    const { maxFails, weight } = peer.options
    peer.fails++
    peer.lastFailure = peer.lastCheck = now
    if (maxFails === 0) return false
    peer.effectiveWeight = Math.max(0, peer.effectiveWeight - Math.floor(weight / maxFails))
    return peer.fails >= maxFails
  }
}

function take(peer: Peer, now: number): Peer {
  if (now - peer.lastCheck > peer.options.failTimeout) peer.lastCheck = now
  return peer
}
