/** Chunks pushed by a wire and pulled by an iteration; the wire is paused while too much waits. */
import type { Bytes } from '@trivet/gateway'

/** What feeds a queue. */
export interface ChunkSource {
  pause(): void
  resume(): void
  /** The iteration was given up. */
  cancel(): void
}

/** A few socket reads. */
const highWaterMark = 256 * 1024

type Result = IteratorResult<Bytes, undefined>

export class ChunkQueue {
  readonly #source: ChunkSource
  readonly #chunks: Bytes[] = []
  #size = 0
  #ended = false
  #error: Error | undefined
  #paused = false
  #reader: PromiseWithResolvers<Result> | undefined

  constructor(source: ChunkSource) {
    this.#source = source
  }

  push(chunk: Bytes): void {
    const reader = this.#reader
    if (reader !== undefined) {
      this.#reader = undefined
      reader.resolve({ done: false, value: chunk })
      return
    }
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size < highWaterMark || this.#paused) return
    this.#paused = true
    this.#source.pause()
  }

  end(): void {
    this.#ended = true
    this.#reader?.resolve({ done: true, value: undefined })
    this.#reader = undefined
  }

  fail(error: Error): void {
    this.#error = error
    this.#reader?.reject(error)
    this.#reader = undefined
  }

  /** The chunks, once. */
  iterate(): AsyncIterableIterator<Bytes, undefined> {
    const iterator: AsyncIterableIterator<Bytes, undefined> = {
      next: () => this.#next(),
      return: () => {
        this.#source.cancel()
        return Promise.resolve({ done: true, value: undefined })
      },
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  #next(): Promise<Result> {
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      this.#size -= chunk.length
      if (this.#paused && this.#size < highWaterMark / 2) {
        this.#paused = false
        this.#source.resume()
      }
      return Promise.resolve({ done: false, value: chunk })
    }
    if (this.#error !== undefined) return Promise.reject(this.#error)
    if (this.#ended) return Promise.resolve({ done: true, value: undefined })
    this.#reader = Promise.withResolvers<Result>()
    return this.#reader.promise
  }
}
