/**
 * The servers of an upstream, some of which are names (`server NAME resolve`): each is asked for as soon as the proxy starts, and
 * again whenever its addresses are no longer kept. Servers stay, with their connections and what is known of their failures,
 * while the name is resolved to them. A name that does not exist has no servers; while name servers fail the old ones stay.
 */
import type { Resource } from '../model/config.ts'
import type { ErrorLog } from '../process/error-log.ts'
import { notFound, type ResolveFailure } from '../resolver/failure.ts'
import { isResolution, type NameResolver, type Resolution } from '../resolver/name-resolver.ts'
import { peersAt, type Groups } from './groups.ts'
import { Peer, type PeerGroup, type PeerOptions } from './peers.ts'

/** A server that is a name. */
export interface NamedServer {
  readonly host: string
  readonly port: number
  readonly options: PeerOptions
  /** As the configuration has it. */
  readonly text: string
}

/** The shortest time between two questions for a name, in milliseconds: nginx's. */
const shortestPause = 1000
/** Until a name that did not exist is asked for again. */
const pauseAfterNotFound = 10_000
/** A worker is not ready before its names are resolved; but not for longer than this. */
const longestWait = 5000

/** Keeps the servers of an upstream as its names are resolved. */
export class ResolvedServers implements Resource {
  readonly #group: PeerGroup
  readonly #groups: Groups
  readonly #slots: readonly Slot[]
  readonly #resolver: NameResolver
  readonly #timeout: number
  #log: ErrorLog | undefined

  constructor(
    group: PeerGroup,
    groups: Groups,
    servers: readonly (Peer | NamedServer)[],
    { resolver, timeout }: { readonly resolver: NameResolver; readonly timeout: number },
  ) {
    this.#group = group
    this.#groups = groups
    this.#slots = servers.map((server) => new Slot(server))
    this.#resolver = resolver
    this.#timeout = timeout
  }

  /** Resolves the names; kept by timers that do not hold the process. */
  async open(log: ErrorLog): Promise<void> {
    this.#log = log
    const resolved = this.#slots.flatMap((slot) => (slot.name === undefined ? [] : this.#resolve(slot, slot.name)))
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((done) => (timer = setTimeout(done, longestWait)))
    await Promise.race([Promise.all(resolved), patience])
    clearTimeout(timer)
  }

  close(): void {
    for (const slot of this.#slots) slot.stop()
  }

  #resolve(slot: Slot, name: NamedServer): Promise<void> {
    return new Promise((done) => {
      slot.cancel = this.#resolver.resolve(name.host, this.#timeout, (result) => {
        const pause = this.#take(slot, name, result)
        slot.timer = setTimeout(() => void this.#resolve(slot, name), Math.max(shortestPause, pause))
        slot.timer.unref()
        done()
      })
    })
  }

  /** Takes over what was found; how long to wait before asking again. */
  #take(slot: Slot, name: NamedServer, result: Resolution | ResolveFailure): number {
    if (isResolution(result)) {
      this.#replace(slot, name, result.addresses)
      return result.expires - Date.now()
    }
    this.#log?.write('error', `${name.host} could not be resolved (${result.code}: ${result.text})`)
    if (result.code !== notFound) return this.#timeout
    this.#replace(slot, name, [])
    return this.#resolver.valid ?? pauseAfterNotFound
  }

  #replace(slot: Slot, { port, options, text }: NamedServer, addresses: readonly string[]): void {
    const { peers, gone } = peersAt(addresses, port, slot.peers, options, text)
    if (gone.length === 0 && peers.length === slot.peers.length) return
    slot.peers = peers
    this.#group.replace(this.#slots.flatMap((one) => one.peers))
    for (const peer of gone) this.#groups.forget(peer)
  }
}

/** One `server`: a fixed one, or a name with the servers it stands for at present. */
class Slot {
  readonly name: NamedServer | undefined
  peers: readonly Peer[]
  cancel: (() => void) | undefined
  timer: NodeJS.Timeout | undefined

  constructor(server: Peer | NamedServer) {
    this.name = server instanceof Peer ? undefined : server
    this.peers = server instanceof Peer ? [server] : []
  }

  stop(): void {
    clearTimeout(this.timer)
    this.cancel?.()
  }
}
