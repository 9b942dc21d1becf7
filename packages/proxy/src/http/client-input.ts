/** What a client has sent and nobody has read yet. */
import type { Socket } from 'node:net'

const nothing: Buffer = Buffer.alloc(0)

/** The input of one connection. */
export class ClientInput {
  /** The bytes that wait. */
  bytes: Buffer = nothing
  /** True when the client has closed its side. */
  hasEnded = false
  readonly #socket: Socket
  #isPaused = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  get length(): number {
    return this.bytes.length
  }

  /** More has come. */
  append(chunk: Buffer): void {
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk])
  }

  /** The first `count` bytes have been read. */
  consume(count: number): void {
    this.bytes = count === this.bytes.length ? nothing : this.bytes.subarray(count)
  }

  /** Hands over all that waits. */
  takeAll(): Buffer {
    const { bytes } = this
    this.bytes = nothing
    return bytes
  }

  /** Stops reading from the socket. */
  pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#socket.pause()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#socket.resume()
  }
}
