/**
 * Connections to one address, for every protocol whose answers are HTTP/1 messages. The connection used last is used
 * first, so that surplus ones grow old and are closed. One timer serves all deadlines; it runs while there are
 * connections, and its tick is a tenth of the shortest timeout, between 10 ms and 1 s.
 */
import { showAddress, type Address } from './address.ts'
import { ClientConnection } from './connection.ts'
import type { ConnectionOwner } from './connection-owner.ts'
import type { Exchange } from './exchange.ts'
import { defaultClientOptions, type ClientOptions } from './options.ts'

const shortestTick = 10
const longestTick = 1000

/** A pool of connections to one address. */
export class ClientPool {
  readonly #owner: ConnectionOwner & { now: number }
  readonly #connections = new Set<ClientConnection>()
  readonly #idle: ClientConnection[] = []
  readonly #tick: number
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(address: Address, options: ClientOptions = {}) {
    const all = { ...defaultClientOptions, ...options }
    const shortest = Math.min(all.connectTimeout, all.sendTimeout, all.readTimeout, all.idleTimeout)
    this.#tick = Math.max(shortestTick, Math.min(longestTick, shortest / 10))
    this.#owner = {
      address,
      addressText: showAddress(address),
      options: all,
      now: performance.now(),
      release: (connection, reusable) => this.#release(connection, reusable),
      remove: (connection) => this.#remove(connection),
    }
  }

  /** Connections waiting for a request. */
  get idle(): number {
    return this.#idle.length
  }

  /** Connections with a request on them. */
  get busy(): number {
    return this.#connections.size - this.#idle.length
  }

  /** Starts an exchange at once, on an idle connection or a new one. */
  request(exchange: Exchange): ClientConnection {
    const connection = this.#takeIdle() ?? this.#open()
    connection.begin(exchange)
    return connection
  }

  /** Closes idle connections now and busy ones after their answer. */
  close(): void {
    this.#closed = true
    for (const connection of this.#idle.slice()) connection.close()
  }

  #takeIdle(): ClientConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined || connection.usable) return connection
      connection.close()
    }
  }

  #open(): ClientConnection {
    if (this.#timer === undefined) {
      this.#owner.now = performance.now()
      this.#timer = setInterval(() => this.#checkDeadlines(), this.#tick)
      this.#timer.unref()
    }
    const connection = new ClientConnection(this.#owner)
    this.#connections.add(connection)
    return connection
  }

  #release(connection: ClientConnection, reusable: boolean): boolean {
    if (!reusable || this.#closed || this.#idle.length >= this.#owner.options.idle || !connection.keepable) return false
    this.#idle.push(connection)
    connection.rest()
    return true
  }

  #remove(connection: ClientConnection): void {
    if (!this.#connections.delete(connection)) return
    const index = this.#idle.indexOf(connection)
    if (index >= 0) this.#idle.splice(index, 1)
    if (this.#connections.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #checkDeadlines(): void {
    const now = performance.now()
    this.#owner.now = now
    for (const connection of this.#connections) connection.checkDeadline(now)
  }
}
