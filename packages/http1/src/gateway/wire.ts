/**
 * Output to one socket. Text and small chunks are held as one latin-1 string, which Node hands to the kernel from its
 * stack without allocating; so a head and its body, and the answers to pipelined requests, leave in one write.
 */
import type { Socket } from 'node:net'
import type { Tally } from './watch.ts'

/** A larger chunk is written as it is rather than copied. */
const largestJoined = 4 * 1024
/** Held output that is written without waiting for flush(). */
const mostHeld = 64 * 1024
/** How long answers may be held back before another call begins, in milliseconds. */
const heldAtMost = 1

export class Wire {
  readonly socket: Socket
  #held = ''
  /** When the first of the answers that are held was ready; 0 when it is not known yet. */
  #heldSince = 0
  #waiting: Promise<void> | undefined
  #wake: (() => void) | undefined

  readonly #tally: Tally

  constructor(socket: Socket, tally: Tally = { bytes: 0 }) {
    this.socket = socket
    this.#tally = tally
  }

  /** The kernel does not take more at present. */
  get blocked(): boolean {
    return this.socket.writableNeedDrain
  }

  /** Nothing waits to be written. */
  get empty(): boolean {
    return this.#held === '' && this.socket.writableLength === 0
  }

  /** Holds latin-1 text. */
  text(text: string): void {
    this.#held += text
  }

  /** Holds or writes bytes, with text before and after them. */
  bytes(before: string, chunk: Uint8Array, after: string): void {
    if (chunk.length <= largestJoined) {
      this.#held += before + latin1(chunk) + after
      if (this.#held.length > mostHeld) this.flush()
      return
    }
    const { socket } = this
    this.#held += before
    if (!socket.writable) {
      this.#held = ''
      return
    }
    socket.cork()
    this.flush()
    socket.write(chunk)
    this.#tally.bytes += chunk.length + after.length
    if (after !== '') socket.write(after, 'latin1')
    socket.uncork()
  }

  /** Writes what is held; on a socket that is closed it is dropped, for nobody can get it. */
  flush(): void {
    if (this.#held === '') return
    const held = this.#held
    this.#held = ''
    this.#heldSince = 0
    if (!this.socket.writable) return
    this.#tally.bytes += held.length
    this.socket.write(held, 'latin1')
  }

  /**
   * Before each call, which may take long: writes what has been held for too long. Only answers that wait for a further
   * call cost a look at the clock.
   */
  flushOld(): void {
    if (this.#held === '') return
    const now = performance.now()
    if (this.#heldSince === 0) this.#heldSince = now
    else if (now - this.#heldSince > heldAtMost) this.flush()
  }

  /** Breaks the connection off; with `reset` its peer cannot take that for an end (unix sockets know no reset). */
  cut(reset: boolean): void {
    this.flush()
    if (reset && this.socket.localAddress !== undefined) this.socket.resetAndDestroy()
    else this.socket.destroy()
  }

  /** A promise while the client is slow. */
  wait(): Promise<void> | undefined {
    if (!this.blocked || this.socket.destroyed) return undefined
    this.#waiting ??= new Promise((resolve) => {
      this.#wake = resolve
    })
    return this.#waiting
  }

  /** The socket takes more again, or is closed. */
  release(): void {
    this.#wake?.()
    this.#wake = undefined
    this.#waiting = undefined
  }
}

function latin1(chunk: Uint8Array): string {
  const buffer = chunk instanceof Buffer ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  return buffer.toString('latin1')
}
