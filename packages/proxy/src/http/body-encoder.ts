/** A body that is compressed on its way out; what the client has not taken holds back the compressor, and that the source. */
import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib'
import type { Transform } from 'node:stream'
import type { Request } from './request.ts'

/** A content coding, by its name in HTTP. */
export type Coding = 'gzip' | 'br' | 'zstd'

/** Makes a compressor of a level; `isLive` ones give out what they have with each write, at the price of a few bytes. */
const compressors: Readonly<Record<Coding, (level: number, isLive: boolean) => Transform>> = {
  gzip: (level, isLive) => createGzip(isLive ? { level, flush: constants.Z_SYNC_FLUSH } : { level }),
  br: (level, isLive) =>
    createBrotliCompress({
      params: { [constants.BROTLI_PARAM_QUALITY]: level },
      ...(isLive && { flush: constants.BROTLI_OPERATION_FLUSH }),
    }),
  zstd: (level, isLive) =>
    createZstdCompress({
      params: { [constants.ZSTD_c_compressionLevel]: level },
      ...(isLive && { flush: constants.ZSTD_e_flush }),
    }),
}

/** The compressor of one answer. */
export class BodyEncoder {
  readonly #request: Request
  readonly #stream: Transform

  /** `isLive` answers reach the client piece by piece as they come, at the price of a few bytes. */
  constructor(request: Request, coding: Coding, level: number, isLive: boolean) {
    this.#request = request
    this.#stream = compressors[coding](level, isLive)
    this.#stream.on('data', (chunk: Buffer) => {
      if (!request.writeEncoded(chunk)) this.#stream.pause()
    })
    this.#stream.on('drain', () => request.onEncoderDrain())
    this.#stream.on('end', () => request.endEncoded())
    this.#stream.on('error', (error) => {
      request.log('alert', `compression failed: ${error.message}`)
      request.abort()
    })
  }

  /** Takes a piece; false when the source is to wait for `onDrain`. */
  write(chunk: Buffer | string): boolean {
    return typeof chunk === 'string' ? this.#stream.write(chunk, 'latin1') : this.#stream.write(chunk)
  }

  end(): void {
    this.#stream.end()
  }

  /** The client can take more. */
  onDrain(): void {
    if (this.#request.hasRoom) this.#stream.resume()
  }

  /** The answer is over, complete or not. */
  dispose(): void {
    this.#stream.destroy()
  }
}
