/**
 * An HTTP server whose listen() was not carried out, because the container's sockets stand in for its own. To its owner
 * it looks as if it listened: `listening` is true, `address()` says what was asked for, and close() calls back when the
 * worker has answered its last request.
 */
import type { Server as HttpServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'

/** Where a server wanted to listen. */
export interface ListenTarget {
  readonly path: string | undefined
  readonly port: number
  readonly host: string
}

/** The members that stand in front of Node's own while a server is held. */
const stoodIn = ['listening', 'address', 'close'] as const

/** A server that does as if it listened. */
export class HeldServer {
  readonly server: HttpServer
  readonly target: ListenTarget
  readonly #args: readonly unknown[]
  #answered = false
  #closing = false

  constructor(server: HttpServer, args: readonly unknown[]) {
    this.server = server
    this.target = targetOf(args)
    this.#args = args
    Object.defineProperties(server, {
      listening: { configurable: true, get: () => true },
      address: { configurable: true, value: () => this.address() },
      close: { configurable: true, value: (callback?: (error?: Error) => void) => this.#close(callback) },
    })
    const callback = args.findLast((argument) => typeof argument === 'function')
    if (callback !== undefined) server.once('listening', callback as () => void)
    // As Node does: by then the caller has had time to add listeners.
    process.nextTick(() => {
      if (this.server.listening) server.emit('listening')
    })
  }

  address(): AddressInfo | string {
    const { path, port, host } = this.target
    return path ?? { address: host, port, family: host.includes(':') ? 'IPv6' : 'IPv4' }
  }

  /** The same place, seen from outside: one application may ask for several addresses of one port, as Fastify does. */
  sharesPort({ path, port }: ListenTarget): boolean {
    return this.target.path === path && this.target.port === port
  }

  /** Lets the server listen after all. */
  letGo(listen: (this: Server, ...args: unknown[]) => unknown): void {
    this.#standAside()
    // Its callback and the event have come already; what still comes is an error, to whoever hears it.
    listen.apply(
      this.server,
      this.#args.filter((argument) => typeof argument !== 'function'),
    )
  }

  /** The last request is answered: close() may call back. */
  answered(): void {
    this.#answered = true
    if (this.#closing) this.end()
  }

  /** It listens no longer. */
  end(): void {
    if (!Object.hasOwn(this.server, 'close')) return
    this.#standAside()
    this.server.emit('close')
  }

  #close(callback: ((error?: Error) => void) | undefined): HttpServer {
    this.#closing = true
    if (callback !== undefined) this.server.once('close', callback)
    if (this.#answered) process.nextTick(() => this.end())
    return this.server
  }

  #standAside(): void {
    for (const name of stoodIn) Reflect.deleteProperty(this.server, name)
  }
}

/** The overloads of net.Server's listen(): ([port], [host]), (path), ({ port, host, path }), and a handle. */
export function targetOf(args: readonly unknown[]): ListenTarget {
  const [first, second] = args
  const options: Readonly<Record<string, unknown>> =
    typeof first === 'object' && first !== null
      ? (first as Record<string, unknown>)
      : isPort(first)
        ? { port: first, host: second }
        : { path: first }
  const { path, port, host } = options
  const known = typeof host === 'string' && host !== '' ? host : '::'
  return {
    path: typeof path === 'string' ? path : undefined,
    port: isPort(port) ? Number(port) : 0,
    host: known === 'localhost' ? '127.0.0.1' : known,
  }
}

function isPort(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
}
