import { Duplex } from 'node:stream'
import type { Environ } from '../contract.ts'

/**
 * What `req.socket` and `res.socket` are: who is connected and whether somebody still is. No byte passes through it; a
 * listener that destroys it breaks the response off.
 */
export class GatewaySocket extends Duplex {
  readonly encrypted: boolean
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly remoteFamily: string
  readonly localAddress: string
  readonly localPort: number
  private readonly onDestroy: (error: Error | null) => void

  constructor(environ: Environ, onDestroy: (error: Error | null) => void) {
    super({ emitClose: true, autoDestroy: false })
    this.encrypted = environ['tsgi.url_scheme'] === 'https'
    this.remoteAddress = environ.REMOTE_ADDR
    this.remotePort = environ.REMOTE_PORT === undefined ? undefined : Number(environ.REMOTE_PORT)
    this.remoteFamily = environ.REMOTE_ADDR?.includes(':') ? 'IPv6' : 'IPv4'
    this.localAddress = environ.SERVER_NAME
    this.localPort = Number(environ.SERVER_PORT)
    this.onDestroy = onDestroy
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: BufferEncoding, callback: (error?: Error) => void): void {
    callback(new Error('this socket belongs to the gateway: write to the response'))
  }

  /** An error is the response's to tell; without listeners it would take the process down. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.onDestroy(error)
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
