import type { Bytes, Environ } from '@trivet/gateway'
import { chunkPrefix, lastChunk } from '../codec/writer.ts'
import type { Carrier } from './relay.ts'

/** How the server is told where a body ends: by CONTENT_LENGTH, or by the chunked coding. */
export type UploadFraming = 'length' | 'chunked'

const chunkEnd = Buffer.from('\r\n')

/** The body of a relayed request on its way up. */
export class Upload {
  /** Reading `tsgi.input` has begun: the request cannot be sent again. */
  touched = false
  readonly #environ: Environ
  readonly #body: Bytes | undefined
  readonly #framing: UploadFraming
  #stopped = false
  #wake: (() => void) | undefined

  /** `body`: the whole of it, when it is at hand. */
  constructor(environ: Environ, body: Bytes | undefined, framing: UploadFraming) {
    this.#environ = environ
    this.#body = body
    this.#framing = framing
  }

  /** Sends the body behind the head. */
  start(carrier: Carrier): void {
    const body = this.#body
    if (body === undefined) {
      void this.#pump(carrier)
      return
    }
    if (body.length > 0) carrier.write(body)
    carrier.endBody()
  }

  /** The server takes more again. */
  go(): void {
    this.#wake?.()
  }

  /** The call has ended: nobody takes the rest. */
  stop(): void {
    this.#stopped = true
    this.go()
  }

  async #pump(carrier: Carrier): Promise<void> {
    const chunked = this.#framing === 'chunked'
    let left = chunked ? Number.POSITIVE_INFINITY : Number(this.#environ.CONTENT_LENGTH)
    this.touched = left !== 0
    try {
      for await (const chunk of this.#environ['tsgi.input']) {
        if (this.#stopped) return
        left -= chunk.length
        // Bytes beyond the length would be read as the connection's next request.
        if (left < 0) break
        const taken = chunked
          ? carrier.write(Buffer.concat([Buffer.from(chunkPrefix(chunk.length), 'latin1'), chunk, chunkEnd]))
          : carrier.write(chunk)
        if (!taken) await this.#drained()
        if (this.#stopped) return
      }
      if (!chunked && left !== 0) {
        throw new Error(`the request body is ${left < 0 ? 'longer' : `${left} bytes shorter`} than its CONTENT_LENGTH`)
      }
      if (chunked) carrier.write(lastChunk)
      carrier.endBody()
    } catch (error) {
      carrier.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
