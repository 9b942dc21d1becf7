import type { Bytes, Input } from '@trivet/gateway'
import { MiddlewareError } from '../middleware-error.ts'

/** A request body that throws once more than `limit` bytes were read; at most one byte more is taken from the wire. */
export class LimitedInput implements Input {
  private readonly inner: Input
  private readonly limit: number
  private count = 0

  constructor(inner: Input, limit: number) {
    this.inner = inner
    this.limit = limit
  }

  get buffered(): Bytes | undefined {
    const { buffered } = this.inner
    return buffered !== undefined && buffered.length > this.limit ? undefined : buffered
  }

  async read(size?: number): Promise<Bytes> {
    if (size !== undefined && size >= 0) return this.counted(await this.inner.read(Math.min(size, this.rest)))
    const chunks: Bytes[] = []
    for (;;) {
      const chunk = this.counted(await this.inner.read(this.rest))
      if (chunk.length === 0) return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
      chunks.push(chunk)
    }
  }

  async readline(size?: number): Promise<Bytes> {
    const most = size !== undefined && size >= 0 ? Math.min(size, this.rest) : this.rest
    return this.counted(await this.inner.readline(most))
  }

  async readlines(hint?: number): Promise<Bytes[]> {
    const lines: Bytes[] = []
    let wanted = hint !== undefined && hint > 0 ? hint : Number.POSITIVE_INFINITY
    while (wanted > 0) {
      const line = await this.readline()
      if (line.length === 0) break
      lines.push(line)
      wanted -= line.length
    }
    return lines
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Bytes, undefined> {
    for await (const chunk of this.inner) yield this.counted(chunk)
    return undefined
  }

  /** What may still be read, and the byte that shows that there is too much; nothing once it was found. */
  private get rest(): number {
    return Math.max(0, this.limit - this.count + 1)
  }

  private counted(chunk: Bytes): Bytes {
    this.count += chunk.length
    if (this.count <= this.limit) return chunk
    throw new MiddlewareError('body-too-large', `the request body is longer than ${this.limit} bytes`)
  }
}
