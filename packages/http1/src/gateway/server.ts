/**
 * The front's server: it listens, keeps its connections, and looks at their deadlines with one timer, which ticks at a
 * tenth of the shortest timeout, between 10 ms and 1 s.
 */
import { createServer, type AddressInfo, type ListenOptions, type Server } from 'node:net'
import type { Application } from '@trivet/gateway'
import { HttpConnection } from './connection.ts'
import type { ConnectionOwner } from './connection-owner.ts'
import { settle, type HttpServerOptions } from './options.ts'

/** Where a server listens: a descriptor it inherited, TCP (port 0 for a free one), or a unix socket. */
export type ListenTarget =
  | { readonly fd: number }
  | { readonly host?: string; readonly port: number }
  | { readonly path: string }

const shortestTick = 10
const longestTick = 1000

/** An HTTP/1.1 server for one application. */
export class HttpServer {
  readonly #server: Server
  readonly #connections = new Set<HttpConnection>()
  readonly #owner: ConnectionOwner & { now: number; draining: boolean }
  readonly #tick: number
  #timer: NodeJS.Timeout | undefined
  #drained: PromiseWithResolvers<void> | undefined

  constructor(application: Application, options: HttpServerOptions = {}) {
    const settings = settle(options)
    const { headTimeout, bodyTimeout, sendTimeout, keepAliveTimeout, lingerTimeout } = settings
    const shortest = Math.min(headTimeout, bodyTimeout, sendTimeout, keepAliveTimeout, lingerTimeout)
    this.#tick = Math.max(shortestTick, Math.min(longestTick, shortest / 10))
    this.#owner = {
      application,
      settings,
      now: performance.now(),
      draining: false,
      tally: { bytes: 0 },
      remove: (connection) => this.#remove(connection),
    }
    this.#server = createServer({ noDelay: true }, (socket) => {
      if (this.#timer === undefined) this.#startTimer()
      this.#connections.add(new HttpConnection(this.#owner, socket))
    })
    this.#server.maxConnections = settings.maxConnections
    this.#server.on('drop', settings.onDrop)
  }

  /** Open connections. */
  get connections(): number {
    return this.#connections.size
  }

  /** Bytes of answers written so far. */
  get bytesSent(): number {
    return this.#owner.tally.bytes
  }

  /** Listens; rejects with the socket's error. */
  listen(target: ListenTarget): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(target as ListenOptions, () => {
      this.#server.off('error', reject)
      resolve()
    })
    return promise
  }

  /** Where it listens. */
  address(): AddressInfo | string | null {
    return this.#server.address()
  }

  /**
   * Stops accepting, lets answers come to their end, and closes each connection after its own; after `timeout`
   * milliseconds those that are left are broken off. Resolves when no connection is left.
   */
  async drain(timeout?: number): Promise<void> {
    this.#owner.draining = true
    if (this.#server.listening) this.#server.close()
    for (const connection of this.#connections) connection.drain()
    if (this.#connections.size === 0) return
    this.#drained ??= Promise.withResolvers<void>()
    const timer = timeout === undefined ? undefined : setTimeout(() => this.#breakOff(), timeout)
    await this.#drained.promise
    clearTimeout(timer)
  }

  /** Stops accepting and breaks every connection off. */
  async close(): Promise<void> {
    const drained = this.drain()
    this.#breakOff()
    await drained
  }

  #breakOff(): void {
    for (const connection of this.#connections) connection.destroy()
  }

  #startTimer(): void {
    this.#owner.now = performance.now()
    // After the input that is here has been read: on a machine that stood still, it may have come in time.
    this.#timer = setInterval(() => setImmediate(() => this.#checkDeadlines()), this.#tick)
    this.#timer.unref()
  }

  #checkDeadlines(): void {
    const now = performance.now()
    this.#owner.now = now
    for (const connection of this.#connections) connection.checkDeadline(now)
  }

  #remove(connection: HttpConnection): void {
    if (!this.#connections.delete(connection) || this.#connections.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#drained?.resolve()
  }
}

/** An HTTP/1.1 server for an application. */
export function serve(application: Application, options?: HttpServerOptions): HttpServer {
  return new HttpServer(application, options)
}
