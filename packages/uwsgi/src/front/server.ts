/** A uwsgi server over TCP, unix sockets and inherited descriptors. */
import { createServer, type AddressInfo, type ListenOptions, type Server } from 'node:net'
import type { Application } from '@trivet/gateway'
import type { Tally } from '@trivet/http1/gateway'
import type { ConnectionHost } from './call.ts'
import { Connection } from './connection.ts'
import { ServiceTime } from './service-time.ts'
import { type ServerSettings, settleOptions, type UwsgiServerOptions } from './settings.ts'

/** Where to listen: an inherited descriptor, a TCP address or the path of a unix socket. */
export type ListenTarget = (
  | { readonly fd: number }
  | { readonly host?: string; readonly port: number }
  | { readonly path: string }
) & { readonly backlog?: number }

/** Timeouts are checked this often, in milliseconds; a fraction of the shortest. */
const sweepInterval = 250

/** Makes a server for an application; it serves once `listen` was called. */
export function serve(application: Application, options: UwsgiServerOptions = {}): UwsgiServer {
  return new UwsgiServer(application, options)
}

/** A running application behind the uwsgi protocol. */
export class UwsgiServer implements ConnectionHost {
  readonly application: Application
  readonly settings: ServerSettings
  now: number = Math.trunc(performance.now())
  draining = false
  readonly serviceTime: ServiceTime = new ServiceTime()
  readonly tally: Tally = { bytes: 0 }
  readonly #servers: Server[] = []
  readonly #connections = new Set<Connection>()
  #sweep: NodeJS.Timeout | undefined
  #drained: PromiseWithResolvers<void> | undefined

  constructor(application: Application, options: UwsgiServerOptions) {
    this.application = application
    this.settings = settleOptions(options)
  }

  /** Open connections. */
  get connections(): number {
    return this.#connections.size
  }

  /** Bytes of answers written so far. */
  get bytesSent(): number {
    return this.tally.bytes
  }

  /** Listens; may be called for several targets. */
  async listen(target: ListenTarget): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#startSweep()
      this.#connections.add(new Connection(socket, this))
    })
    server.maxConnections = this.settings.maxConnections
    server.on('drop', this.settings.onDrop)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      // An inherited descriptor is bound already; `exclusive` keeps node:cluster out of the rest.
      server.listen({ ...target, exclusive: true } satisfies ListenOptions, () => {
        server.off('error', reject)
        resolve()
      })
    })
    this.#servers.push(server)
  }

  /** Where the first listener is bound: the real port, or the path. */
  address(): AddressInfo | string | null {
    return this.#servers[0]?.address() ?? null
  }

  /** Accepts no more, finishes what has begun, and resolves when the last connection is gone; `timeout` ms later it cuts. */
  async drain(timeout: number = 30_000): Promise<void> {
    this.draining = true
    for (const server of this.#servers) server.close()
    for (const connection of this.#connections) connection.drain()
    if (this.#connections.size === 0) return this.#stopSweep()
    const cut = setTimeout(() => this.close(), timeout)
    this.#drained ??= Promise.withResolvers<void>()
    await this.#drained.promise
    clearTimeout(cut)
  }

  /** Stops at once: listeners and connections. */
  close(): void {
    this.draining = true
    for (const server of this.#servers) server.close()
    for (const connection of this.#connections) connection.destroy()
    this.#stopSweep()
  }

  /** A connection is gone. */
  forget(connection: Connection): void {
    this.#connections.delete(connection)
    if (this.#connections.size > 0) return
    this.#stopSweep()
    this.#drained?.resolve()
  }

  #startSweep(): void {
    if (this.#sweep !== undefined) return
    this.now = Math.trunc(performance.now())
    // After the input that is here has been read: on a machine that stood still, it may have come in time.
    this.#sweep = setInterval(() => setImmediate(() => this.#check()), sweepInterval)
    this.#sweep.unref()
  }

  #check(): void {
    this.now = Math.trunc(performance.now())
    for (const connection of this.#connections) connection.check(this.now)
  }

  #stopSweep(): void {
    clearInterval(this.#sweep)
    this.#sweep = undefined
  }
}
