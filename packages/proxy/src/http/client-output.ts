/**
 * What goes to a client: all that is written during one turn of the event loop leaves in one write, at the end of the
 * turn or, for what is written while input is read (most answers), at the end of that, which spares Node a tick.
 */
import type { Socket } from 'node:net'

/** More than this unsent, and writers are asked to wait. */
const highWaterMark = 128 * 1024

/** Who is told when a turn of the event loop ends with something to write. */
export interface OutputOwner {
  flush(): void
}

let dirty: OutputOwner[] = []

function flushAll(): void {
  const owners = dirty
  dirty = []
  for (const owner of owners) owner.flush()
}

/** The output of one connection. */
export class ClientOutput {
  readonly #owner: OutputOwner
  readonly #socket: Socket
  #chunks: (Buffer | string)[] = []
  #size = 0
  #isDirty = false
  #isGathering = false
  #wantsDrain = false

  constructor(owner: OutputOwner, socket: Socket) {
    this.#owner = owner
    this.#socket = socket
  }

  /** False when what is written piles up; `takeDrain` then tells when it no longer does. */
  get hasRoom(): boolean {
    if (this.#size + this.#socket.writableLength < highWaterMark) return true
    this.#wantsDrain = true
    return false
  }

  /** True while the client has not taken all that was written. */
  get isBehind(): boolean {
    return this.#socket.writableLength > 0
  }

  /** True once when a writer that was asked to wait may go on. */
  takeDrain(): boolean {
    if (!this.#wantsDrain || this.#socket.writableLength >= highWaterMark) return false
    this.#wantsDrain = false
    return true
  }

  /** Puts bytes on the wire before this turn of the event loop ends. */
  send(chunk: Buffer | string): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#isDirty) return
    this.#isDirty = true
    if (this.#isGathering) return
    if (dirty.push(this.#owner) === 1) process.nextTick(flushAll)
  }

  /** Input is about to be read: `release` will follow within this turn. */
  gather(): void {
    this.#isGathering = true
  }

  /** Lets what was gathered go. */
  release(): void {
    this.#isGathering = false
    if (this.#isDirty) this.#owner.flush()
  }

  /** Writes what `send` has collected; false when that is nothing. */
  write(): boolean {
    this.#isDirty = false
    const chunks = this.#chunks
    if (chunks.length === 0) return false
    this.#chunks = []
    const size = this.#size
    this.#size = 0
    const whole = joined(chunks, size)
    if (whole !== undefined) this.#writePiece(whole)
    else {
      this.#socket.cork()
      for (const chunk of chunks) this.#writePiece(chunk)
      this.#socket.uncork()
    }
    return true
  }

  #writePiece(chunk: Buffer | string): void {
    if (typeof chunk === 'string') this.#socket.write(chunk, 'latin1')
    else this.#socket.write(chunk)
  }
}

/** Small output as one piece, so that it is one write; undefined when it is too large to copy. */
function joined(chunks: readonly (Buffer | string)[], size: number): Buffer | string | undefined {
  const [first] = chunks
  if (chunks.length === 1) return first
  if (chunks.every((chunk) => typeof chunk === 'string')) {
    // Strung together and not joined: the only copy is the one that Node makes when it writes.
    let text = ''
    for (const chunk of chunks) text += chunk
    return text
  }
  if (size > highWaterMark) return undefined
  const whole = Buffer.allocUnsafe(size)
  let at = 0
  for (const chunk of chunks) {
    if (typeof chunk === 'string') at += whole.write(chunk, at, 'latin1')
    else at += chunk.copy(whole, at)
  }
  return whole
}
