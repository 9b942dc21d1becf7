/** zlib's streams, asked chunk by chunk: each chunk is flushed, so that none waits in the encoder for the next. */
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { type Bytes, GatewayError } from '@trivet/gateway'
import type { Transform } from '../exchange/held-head.ts'

/** Content codings of RFC 9110 section 8.4.1, RFC 7932 and RFC 8878, as Content-Encoding names them. */
export type Encoding = 'br' | 'zstd' | 'gzip'

interface Encoder {
  stream(): zlib.Gzip | zlib.BrotliCompress | zlib.ZstdCompress
  whole(bytes: Bytes): Promise<Buffer>
  readonly flush: number
}

/** Brotli's own default of 11 is for files compressed once; 4 costs about what gzip does. */
const brotli = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }
const wholeBrotli = promisify<Bytes, zlib.BrotliOptions, Buffer>(zlib.brotliCompress)

const encoders: Readonly<Record<Encoding, Encoder>> = {
  br: {
    stream: () => zlib.createBrotliCompress(brotli),
    whole: (bytes) => wholeBrotli(bytes, brotli),
    flush: zlib.constants.BROTLI_OPERATION_FLUSH,
  },
  zstd: {
    stream: () => zlib.createZstdCompress(),
    whole: promisify<Bytes, Buffer>(zlib.zstdCompress),
    flush: zlib.constants.ZSTD_e_flush,
  },
  gzip: {
    stream: () => zlib.createGzip(),
    whole: promisify<Bytes, Buffer>(zlib.gzip),
    flush: zlib.constants.Z_SYNC_FLUSH,
  },
}

/** A whole body, in the thread pool. */
export function compressWhole(encoding: Encoding, chunks: readonly Bytes[]): Promise<Bytes> {
  return encoders[encoding].whole(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
}

/** A body chunk by chunk. */
export class Compressor implements Transform {
  private readonly stream: ReturnType<Encoder['stream']>
  private readonly flush: number
  private readonly output: Buffer[] = []
  private failure: Error | undefined = undefined
  private reject: ((error: Error) => void) | undefined = undefined

  constructor(encoding: Encoding) {
    this.stream = encoders[encoding].stream()
    this.flush = encoders[encoding].flush
    this.stream.on('data', (chunk: Buffer) => this.output.push(chunk))
    this.stream.on('error', (error) => this.fail(error))
    // Closed before its end: the client went, and that is no error of anybody's.
    this.stream.on('close', () => this.fail(new GatewayError('disconnected', 'the compressed body was closed')))
  }

  push(chunk: Bytes): Promise<Bytes> {
    return this.step((done) => {
      this.stream.write(chunk)
      this.stream.flush(this.flush, done)
    })
  }

  end(): Promise<Bytes> {
    return this.step((done) => {
      this.stream.once('end', done)
      this.stream.end()
    })
  }

  close(): void {
    this.stream.destroy()
  }

  private step(work: (done: () => void) => void): Promise<Bytes> {
    if (this.failure !== undefined) return Promise.reject(this.failure)
    return new Promise((resolve, reject) => {
      this.reject = reject
      work(() => {
        // What zlib pushed last may still be in the stream's buffer; reading hands it to the listener.
        this.stream.read()
        resolve(Buffer.concat(this.output.splice(0)))
      })
    })
  }

  private fail(error: Error): void {
    this.failure ??= error
    this.reject?.(this.failure)
  }
}
