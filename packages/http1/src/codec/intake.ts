/**
 * The bytes a parser has not consumed yet. A chunk that arrives when nothing is left over is kept as it is, without a
 * copy; only when a head or a line is split over chunks are bytes joined, in storage that doubles so that a peer who
 * sends byte by byte costs no more than linear work. Views handed out lie before `at` and are never written again.
 */
const nothing = Buffer.alloc(0)
const smallestStorage = 1024

/** What `toString('latin1')` comes to, without its 40 ns of checks; Node's types do not list it. */
interface Latin1Slice {
  latin1Slice(start: number, end: number): string
}

export class Intake {
  bytes: Buffer = nothing
  /** The first byte not consumed. */
  at = 0
  #storage: Buffer | undefined
  #used = 0

  get unread(): number {
    return this.bytes.length - this.at
  }

  push(chunk: Uint8Array): void {
    const bytes = chunk instanceof Buffer ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    if (this.at === this.bytes.length) {
      this.bytes = bytes
      this.at = 0
      this.#storage = undefined
    } else if (bytes.length > 0) {
      this.#join(bytes)
    }
  }

  /** A view of the next `size` bytes, which are consumed. */
  take(size: number): Buffer {
    const from = this.at
    this.at = from + size
    return from === 0 && size === this.bytes.length ? this.bytes : this.bytes.subarray(from, from + size)
  }

  /** The next `size` bytes as text, not consumed. */
  text(size: number): string {
    return (this.bytes as Buffer & Latin1Slice).latin1Slice(this.at, this.at + size)
  }

  #join(bytes: Buffer): void {
    let storage = this.#storage
    if (storage === undefined || this.#used + bytes.length > storage.length) {
      const unread = this.unread
      storage = Buffer.allocUnsafeSlow(Math.max(smallestStorage, (unread + bytes.length) * 2))
      this.bytes.copy(storage, 0, this.at)
      this.#storage = storage
      this.#used = unread
      this.at = 0
    }
    bytes.copy(storage, this.#used)
    this.#used += bytes.length
    this.bytes = storage.subarray(0, this.#used)
  }
}
