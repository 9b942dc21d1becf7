/** A body that is compressed on its way out; what the client has not taken holds back the compressor, and that the source. */
import { constants, createGzip, type Gzip } from 'node:zlib'
import type { Request } from './request.ts'

/** The compressor of one answer. */
export class BodyEncoder {
  readonly #request: Request
  readonly #gzip: Gzip

  /** `isLive` answers reach the client piece by piece as they come, at the price of a few bytes. */
  constructor(request: Request, level: number, isLive: boolean) {
    this.#request = request
    this.#gzip = createGzip(isLive ? { level, flush: constants.Z_SYNC_FLUSH } : { level })
    this.#gzip.on('data', (chunk: Buffer) => {
      if (!request.writeEncoded(chunk)) this.#gzip.pause()
    })
    this.#gzip.on('drain', () => request.onEncoderDrain())
    this.#gzip.on('end', () => request.endEncoded())
    this.#gzip.on('error', (error) => {
      request.log('alert', `gzip failed: ${error.message}`)
      request.abort()
    })
  }

  /** Takes a piece; false when the source is to wait for `onDrain`. */
  write(chunk: Buffer | string): boolean {
    return typeof chunk === 'string' ? this.#gzip.write(chunk, 'latin1') : this.#gzip.write(chunk)
  }

  end(): void {
    this.#gzip.end()
  }

  /** The client can take more. */
  onDrain(): void {
    if (this.#request.hasRoom) this.#gzip.resume()
  }

  /** The answer is over, complete or not. */
  dispose(): void {
    this.#gzip.destroy()
  }
}
