/**
 * What a connection has to say but has not said yet. Heads are strings, bodies are bytes; small ones are copied together
 * so that a head with its body, or several answers, leave in one write; large bodies are not copied, but corked.
 */
import type { Socket } from 'node:net'

type Piece = string | Uint8Array

const copyAtMost = 32 * 1024
/** How long answers may be held back before another call begins, in milliseconds, and how much of them (KEEPALIVE.md). */
const holdAtMost = 1
const holdBytes = 64 * 1024

export class Outbox {
  readonly #socket: Socket
  #pieces: Piece[] = []
  #size = 0
  #heldSince = 0
  #drained: Promise<void> | undefined

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Holds a latin-1 string or bytes back until `send`. */
  hold(piece: Piece): void {
    if (this.#size === 0) this.#heldSince = performance.now()
    this.#pieces.push(piece)
    this.#size += piece.length
    if (this.#size > holdBytes) this.send()
  }

  /** Before a call begins, which may take long: sends what has been held back for long enough. */
  sendOld(now: number): void {
    if (this.#size > 0 && now - this.#heldSince > holdAtMost) this.send()
  }

  /** Puts on the wire what is held. */
  send(): void {
    const pieces = this.#pieces
    const [first] = pieces
    if (first === undefined) return
    const size = this.#size
    this.#pieces = []
    this.#size = 0
    if (!this.#socket.writable) return
    if (pieces.length === 1) this.#write(first)
    else if (size <= copyAtMost) this.#socket.write(join(pieces, size))
    else {
      this.#socket.cork()
      for (const piece of pieces) this.#write(piece)
      this.#socket.uncork()
    }
  }

  /** A promise while the peer does not read what was sent; it resolves also when the connection ends. */
  congestion(): Promise<void> | undefined {
    const socket = this.#socket
    if (!socket.writableNeedDrain || socket.destroyed) return undefined
    this.#drained ??= new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off('drain', done).off('close', done)
        this.#drained = undefined
        resolve()
      }
      socket.on('drain', done).on('close', done)
    })
    return this.#drained
  }

  #write(piece: Piece): void {
    if (typeof piece === 'string') this.#socket.write(piece, 'latin1')
    else this.#socket.write(piece)
  }
}

function join(pieces: readonly Piece[], size: number): Buffer {
  const joined = Buffer.allocUnsafe(size)
  let at = 0
  for (const piece of pieces) {
    if (typeof piece === 'string') joined.write(piece, at, 'latin1')
    else joined.set(piece, at)
    at += piece.length
  }
  return joined
}
