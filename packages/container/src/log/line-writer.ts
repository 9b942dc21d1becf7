/**
 * Lines to a file or to standard output. All lines of one turn of the event loop leave in one write; a file is opened
 * for appending, so that several processes share it and no line is torn, and reopened on demand after a rotation.
 */
import { closeSync, existsSync, fstatSync, renameSync, writeSync } from 'node:fs'
import { openForAppending } from './append.ts'

/** Where log lines go. */
export interface LineWriter {
  write(line: string): void
  /** Puts on the way what is held. */
  flush(): void
  /** Opens the file anew, where there is one. */
  reopen(): void
  /** Moves the file away and begins another, where there is one; returns the name it has now. */
  rotate(): string | undefined
  close(): void
}

abstract class BufferedLines implements LineWriter {
  #held = ''

  write(line: string): void {
    if (this.#held === '') setImmediate(() => this.flush())
    this.#held += `${line}\n`
    if (this.#held.length > 65_536) this.flush()
  }

  flush(): void {
    if (this.#held === '') return
    const text = this.#held
    this.#held = ''
    this.put(text)
  }

  protected abstract put(text: string): void
  abstract reopen(): void

  rotate(): string | undefined {
    return undefined
  }

  abstract close(): void
}

/** Lines to a stream, such as standard output. */
export class StreamLines extends BufferedLines {
  readonly #stream: NodeJS.WritableStream

  constructor(stream: NodeJS.WritableStream) {
    super()
    this.#stream = stream
  }

  protected put(text: string): void {
    this.#stream.write(text)
  }

  reopen(): void {}

  close(): void {
    this.flush()
  }
}

/** Two rotations within a second must not overwrite each other. */
function freeName(name: string): string {
  let free = name
  for (let count = 1; existsSync(free); count += 1) free = `${name}.${count}`
  return free
}

const unbounded = { maxSize: 0, backup: undefined }

/** Lines appended to a file; the constructor throws when it cannot be opened. */
export class FileLines extends BufferedLines {
  readonly #path: string
  readonly #maxSize: number
  readonly #backup: string | undefined
  #fd: number
  #size: number
  #lost = 0

  /** After `maxSize` bytes, if that is not 0, the file is moved to `backup`, or to its own name and the time. */
  constructor(path: string, rotation: { readonly maxSize: number; readonly backup: string | undefined } = unbounded) {
    super()
    this.#path = path
    this.#maxSize = rotation.maxSize
    this.#backup = rotation.backup
    this.#fd = openForAppending(path)
    this.#size = fstatSync(this.#fd).size
  }

  protected put(text: string): void {
    const notice = this.#lost === 0 ? '' : `${this.#lost} bytes of log were lost here\n`
    let rest = Buffer.from(notice + text)
    try {
      // A disk that is almost full takes a part.
      while (rest.length > 0) {
        const written = writeSync(this.#fd, rest)
        this.#size += written
        rest = rest.subarray(written)
      }
      this.#lost = 0
      if (this.#maxSize > 0 && this.#size > this.#maxSize) this.#rotateOrTell()
    } catch (error) {
      // A full disk must not take the requests down with it: said once, and in the file when it takes lines again.
      if (this.#lost === 0)
        process.stderr.write(
          `cannot write to ${this.#path}: ${error instanceof Error ? error.message : String(error)}\n`,
        )
      this.#lost += Math.min(rest.length, Buffer.byteLength(text))
    }
  }

  /** To the name it was told, or its own and the time, as uWSGI does; throws when it cannot be moved. */
  override rotate(): string {
    this.flush()
    const moved = this.#backup ?? freeName(`${this.#path}.${Math.floor(Date.now() / 1000)}`)
    renameSync(this.#path, moved)
    this.reopen()
    return moved
  }

  /** When the file cannot be opened the old one, moved or not, is written on. */
  reopen(): void {
    this.flush()
    try {
      const next = openForAppending(this.#path)
      closeSync(this.#fd)
      this.#fd = next
      this.#size = fstatSync(next).size
    } catch (error) {
      process.stderr.write(`cannot reopen ${this.#path}: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }

  #rotateOrTell(): void {
    try {
      this.rotate()
    } catch (error) {
      // Tried again after as many bytes.
      this.#size = 0
      process.stderr.write(`cannot rotate ${this.#path}: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }

  close(): void {
    this.flush()
    closeSync(this.#fd)
  }
}
