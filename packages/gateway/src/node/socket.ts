import { Duplex, Readable } from 'node:stream'
import type { Environ } from '../contract.ts'

/** Told when a listener destroys its socket. */
export interface SocketOwner {
  fail(error: Error | null): void
}

/** The member of Node's streams that its types leave out. */
interface Internals {
  _writableState: object
}

const streamOptions = { emitClose: true, autoDestroy: false } as const

/** What all sockets have for a writable side, until something changes in it. */
const untouched = (new Duplex(streamOptions) as Duplex & Internals)._writableState

/**
 * A Duplex that is made as a Readable: nothing is written through most of these, and the writable state that Node would
 * make for each holds a closure, which outlives the request (decision 011).
 */
const LightDuplex: typeof Duplex = class extends (Readable as unknown as typeof Duplex) {}
Object.setPrototypeOf(LightDuplex.prototype, Duplex.prototype)

/**
 * What `req.socket` and `res.socket` are: who is connected and whether somebody still is. No byte passes through it; a
 * listener that destroys it breaks the response off.
 */
export class GatewaySocket extends LightDuplex {
  readonly encrypted: boolean
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly remoteFamily: string
  readonly localAddress: string
  readonly localPort: number
  /** Whose socket it is. */
  owner: SocketOwner | undefined = undefined

  constructor(environ: Environ) {
    super(streamOptions)
    ;(this as unknown as Internals)._writableState = this.writableState()
    this.encrypted = environ['tsgi.url_scheme'] === 'https'
    this.remoteAddress = environ.REMOTE_ADDR
    this.remotePort = environ.REMOTE_PORT === undefined ? undefined : Number(environ.REMOTE_PORT)
    this.remoteFamily = environ.REMOTE_ADDR?.includes(':') ? 'IPv6' : 'IPv4'
    this.localAddress = environ.SERVER_NAME
    this.localPort = Number(environ.SERVER_PORT)
  }

  /** Overridden where bytes are really written. */
  protected writableState(): object {
    return Object.create(untouched) as object
  }

  override _read(): void {}

  /** Without calling back: that would tell the state's own stream. */
  override _write(_chunk: unknown, _encoding: BufferEncoding, _callback: (error?: Error) => void): void {
    this.destroy(new Error('this socket belongs to the gateway: write to the response'))
  }

  /** An error is the response's to tell; without listeners it would take the process down. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.owner?.fail(error)
    callback(this.listenerCount('error') === 0 ? null : error)
  }

  address(): { address: string; port: number; family: string } {
    return { address: this.localAddress, port: this.localPort, family: this.remoteFamily }
  }

  setTimeout(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}
