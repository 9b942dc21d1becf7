/**
 * One access log: lines are gathered for a turn of the event loop, or as `buffer`, `flush` and `gzip` say, and written in
 * one piece. What cannot be written is told, and memory stays bounded while a disk is full.
 */
import { openSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import sonic from 'sonic-boom'
import type { Gathering } from './parameters.ts'

/** Bytes that wait for a slow disk; lines beyond are lost, and that is said. */
const mostWaiting = 4 * 1024 * 1024

/** What we use of sonic-boom, whose types know strings only; with `contentMode: 'buffer'` it writes bytes. */
interface ByteWriter {
  write(bytes: Uint8Array): boolean
  flushSync(): void
  destroy(): void
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'drop', listener: () => void): unknown
}

/** A log file that is open. */
export class LogFile {
  readonly gathering: Gathering
  readonly #mention: (message: string) => void
  readonly #name: string
  #writer: ByteWriter | undefined
  #lines = ''
  #isTurn = false
  #timer: NodeJS.Timeout | undefined

  /** `mention` is called with what went wrong later on. */
  constructor(name: string, gathering: Gathering, mention: (message: string) => void) {
    this.#name = name
    this.gathering = gathering
    this.#mention = mention
  }

  /** Opens the file, or takes a descriptor that is open already. Throws the system's error. */
  open(stream?: number): void {
    const fd = stream ?? openSync(this.#name, 'a', 0o644)
    // As with nginx, who has an answer, or a full buffer, finds it in the file; only a pipe is written in the background.
    const sync = stream === undefined
    const options = { fd, sync, maxLength: mostWaiting, contentMode: 'buffer' } as const
    const writer = new sonic.SonicBoom(options) as unknown as ByteWriter
    writer.on('error', (error) => this.#mention(`write() to "${this.#name}" failed (${error.message})`))
    writer.on('drop', () => this.#mention(`the disk is too slow for "${this.#name}": lines are lost`))
    this.#writer = writer
  }

  /** Appends a line, a string of bytes; `isLast`: the connection is closed next, and who waits for that finds the line. */
  write(line: string, isLast: boolean = false): void {
    this.#lines += line
    const { size, flush } = this.gathering
    if (size === 0 && isLast) this.#emit()
    else if (size === 0) this.#emitLater()
    else if (this.#lines.length >= size) this.#emit()
    else if (flush > 0) this.#timer ??= setTimeout(() => this.#emit(), flush).unref()
  }

  /** Writes what waits, now. */
  flush(): void {
    this.#emit()
    this.#writer?.flushSync()
  }

  /** Writes what waits and lets go of the file. `keepsOpen`: the descriptor is the process's own. */
  close(keepsOpen: boolean = false): void {
    this.flush()
    if (!keepsOpen) this.#writer?.destroy()
    this.#writer = undefined
  }

  /** Before this turn of the event loop ends: requests that came together are one write. */
  #emitLater(): void {
    if (this.#isTurn) return
    this.#isTurn = true
    process.nextTick(() => this.#emit())
  }

  #emit(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isTurn = false
    if (this.#lines === '') return
    const bytes = Buffer.from(this.#lines, 'latin1')
    this.#lines = ''
    const { level } = this.gathering
    this.#writer?.write(level === 0 ? bytes : gzipSync(bytes, { level }))
  }
}
