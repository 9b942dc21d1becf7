/**
 * `tsgi.input` fed by a wire: chunks wait here until the application reads them. Above the high-water mark the source is
 * paused, unless a read is waiting for more than is here; the bytes of a chunk are copied only when a read spans several.
 */
import type { Bytes, Input } from '../contract.ts'
import { GatewayError } from '../gateway-error.ts'

/** What feeds a queue. */
export interface InputSource {
  pause(): void
  resume(): void
  /** The first read: time for `100 Continue`. */
  wanted?(): void
}

/** How much may wait unread: a few socket reads, so that the wire stays busy while the application works. */
const highWaterMark = 256 * 1024
/** Chunks up to this size are copied together while they wait: a view costs more memory than the bytes it shows. */
const smallChunk = 512
const joinedSize = 8 * 1024
const none: Bytes = new Uint8Array(0)
const lineFeed = 10

interface Reader {
  /** How many bytes can be taken now; undefined: not enough has arrived. */
  ready(): number | undefined
  resolve(chunk: Bytes): void
  reject(error: Error): void
}

export class InputQueue implements Input {
  private readonly source: InputSource
  private readonly chunks: Bytes[] = []
  private size = 0
  private finished = false
  private error: Error | undefined = undefined
  private reader: Reader | undefined = undefined
  private touched = false
  private paused = false
  private discarding = false
  /** Room for small chunks, and the view of its used part that waits as the last chunk. */
  private room: Bytes = none
  private joined: Bytes = none

  constructor(source: InputSource) {
    this.source = source
  }

  /** The wire has sent the whole body. */
  get ended(): boolean {
    return this.finished
  }

  /** The whole body, when it is here and nothing was read of it. */
  get buffered(): Bytes | undefined {
    if (!this.finished || this.touched || this.error !== undefined) return undefined
    if (this.chunks.length > 1) this.chunks.splice(0, this.chunks.length, Buffer.concat(this.chunks, this.size))
    return this.chunks[0] ?? none
  }

  push(chunk: Bytes): void {
    if (chunk.length === 0 || this.discarding) return
    if (chunk.length > smallChunk || !this.join(chunk)) this.chunks.push(chunk)
    this.size += chunk.length
    this.serve()
    this.regulate()
  }

  end(): void {
    this.finished = true
    this.serve()
    // What the wire brings from here on is no body: it is no longer ours to hold up.
    if (this.paused) this.source.resume()
    this.paused = false
  }

  /** The body will never be whole; what has arrived can still be read, then reads reject. */
  fail(error: Error): void {
    if (this.finished || this.error !== undefined) return
    this.error = error
    this.serve()
  }

  /** Nobody will read the rest: what is here and what comes is dropped, and the source flows. */
  discard(): void {
    this.discarding = true
    this.chunks.length = 0
    this.size = 0
    this.serve()
    this.regulate()
  }

  /** `size` bytes, fewer only at the end; all of the rest without a size. */
  read(size?: number): Promise<Bytes> {
    const wanted = size === undefined || size < 0 ? Number.POSITIVE_INFINITY : size
    return this.take(() => (this.size >= wanted ? wanted : this.atEnd()))
  }

  /** Up to and with the next line feed, at most `size` bytes. */
  readline(size?: number): Promise<Bytes> {
    const limit = size === undefined || size < 0 ? Number.POSITIVE_INFINITY : size
    let searched = 0
    return this.take(() => {
      const found = this.indexOf(lineFeed, searched)
      searched = this.size
      if (found !== -1) return Math.min(found + 1, limit)
      return this.size >= limit ? limit : this.atEnd()
    })
  }

  /** Lines until at least `hint` bytes were read, or all of them. */
  async readlines(hint?: number): Promise<Bytes[]> {
    const limit = hint === undefined || hint <= 0 ? Number.POSITIVE_INFINITY : hint
    const lines: Bytes[] = []
    let total = 0
    while (total < limit) {
      const line = await this.readline()
      if (line.length === 0) break
      lines.push(line)
      total += line.length
    }
    return lines
  }

  /** Chunks as they came. */
  [Symbol.asyncIterator](): AsyncIterator<Bytes, undefined> {
    const next = async (): Promise<IteratorResult<Bytes, undefined>> => {
      const value = await this.take(() => this.chunks[0]?.length ?? this.atEnd())
      return value.length === 0 ? { done: true, value: undefined } : { done: false, value }
    }
    return { next }
  }

  /** Copies a small chunk behind another that waits; false when there is none, or no room is left behind it. */
  private join(chunk: Bytes): boolean {
    const last = this.chunks.at(-1)
    if (last === undefined) return false
    if (last !== this.joined) {
      if (last.length > smallChunk) return false
      this.room = Buffer.allocUnsafeSlow(joinedSize)
      this.room.set(last)
      this.joined = last
    }
    const used = this.joined.length
    if (used + chunk.length > joinedSize) return false
    this.room.set(chunk, used)
    this.joined = this.room.subarray(0, used + chunk.length)
    this.chunks[this.chunks.length - 1] = this.joined
    return true
  }

  private atEnd(): number | undefined {
    return this.finished || this.discarding ? this.size : undefined
  }

  private take(ready: () => number | undefined): Promise<Bytes> {
    if (!this.touched) {
      this.touched = true
      if (!this.finished) this.source.wanted?.()
    }
    if (this.reader !== undefined) {
      return Promise.reject(new GatewayError('input-busy', '`tsgi.input` is being read already: one read at a time'))
    }
    const { promise, resolve, reject } = Promise.withResolvers<Bytes>()
    this.reader = { ready, resolve, reject }
    this.serve()
    this.regulate()
    return promise
  }

  private serve(): void {
    const { reader } = this
    if (reader === undefined) return
    const size = reader.ready()
    if (size !== undefined) {
      this.reader = undefined
      reader.resolve(this.shift(size))
    } else if (this.error !== undefined) {
      this.reader = undefined
      reader.reject(this.error)
    }
  }

  private regulate(): void {
    if (this.finished) return
    const full = this.size >= highWaterMark && this.reader === undefined
    if (full === this.paused) return
    this.paused = full
    if (full) this.source.pause()
    else this.source.resume()
  }

  private shift(size: number): Bytes {
    const [first] = this.chunks
    if (first === undefined || size === 0) return none
    this.size -= size
    if (first.length === size) {
      this.chunks.shift()
      return first
    }
    if (first.length > size) {
      this.chunks[0] = first.subarray(size)
      return first.subarray(0, size)
    }
    return this.gather(size)
  }

  private gather(size: number): Bytes {
    const result = Buffer.allocUnsafe(size)
    let filled = 0
    let index = 0
    while (filled < size) {
      const chunk = this.chunks[index] ?? none
      const part = chunk.length > size - filled ? chunk.subarray(0, size - filled) : chunk
      result.set(part, filled)
      filled += part.length
      if (part.length === chunk.length) index += 1
      else this.chunks[index] = chunk.subarray(part.length)
    }
    this.chunks.splice(0, index)
    return result
  }

  private indexOf(byte: number, from: number): number {
    let offset = 0
    for (const chunk of this.chunks) {
      if (offset + chunk.length > from) {
        const found = chunk.indexOf(byte, Math.max(0, from - offset))
        if (found !== -1) return offset + found
      }
      offset += chunk.length
    }
    return -1
  }
}
