/** A whole request body, in memory up to `client_body_buffer_size` and in a temporary file beyond. */
import { closeSync, mkdirSync, openSync, readSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemErrorText } from '../language/system-error.ts'
import type { CoreSettings } from '../model/core-settings.ts'
import type { BodySink, RequestBody } from './request-body.ts'
import { writeWhole } from './write-whole.ts'

/** Told when the body is complete (status 0) or cannot be (the status to answer). */
export interface BodyListener {
  onBody(status: number): void
  log(level: 'crit', message: string): void
}

let counter = 0

/** Collects a body and keeps it for as long as the request lives. */
export class BufferedBody implements BodySink {
  /** Bytes in all. */
  size = 0
  /** The path of the temporary file, when there is one. */
  file: string | undefined
  /** What is in memory: all of it, or what is still to be written to the file. */
  #chunks: Buffer[] = []
  #fd = -1
  /** The file could not be made or written. */
  #hasFailed = false
  readonly #core: CoreSettings
  readonly #listener: BodyListener
  readonly #body: RequestBody

  constructor(body: RequestBody, core: CoreSettings, listener: BodyListener) {
    this.#body = body
    this.#core = core
    this.#listener = listener
  }

  /** Starts collecting. */
  start(): void {
    this.#body.limit = this.#core.clientMaxBodySize
    if (this.#core.bodyInFileOnly !== 'off' && !(this.#body.isDone && this.#body.length === 0)) this.#spill()
    this.#body.read(this)
  }

  onBodyData(chunk: Buffer): void {
    this.size += chunk.length
    if (this.#hasFailed) return
    this.#chunks.push(chunk)
    if (this.#fd === -1 && this.size > this.#core.clientBodyBufferSize) this.#spill()
  }

  /** One write for all that came in one piece, however small the chunks are it was cut into. */
  onBodyFlush(): void {
    if (this.#fd === -1 || this.#chunks.length === 0) return
    const chunks = this.#chunks
    this.#chunks = []
    try {
      writeWhole(this.#fd, chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
    } catch (error) {
      this.#fail(`write() "${this.file ?? ''}"`, error)
    }
  }

  onBodyEnd(): void {
    this.onBodyFlush()
    if (!this.#hasFailed) this.#listener.onBody(0)
  }

  onBodyError(status: number): void {
    this.#listener.onBody(status)
  }

  /** What is in memory, as one buffer; undefined when it went to a file. */
  get memory(): Buffer | undefined {
    if (this.#fd !== -1) return undefined
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  /** Reads from the file, at most `length` bytes at `offset`. */
  readFile(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(Math.min(length, this.size - offset))
    return buffer.subarray(0, readSync(this.#fd, buffer, 0, buffer.length, offset))
  }

  /** Closes and removes the file. */
  dispose(): void {
    if (this.#fd === -1) return
    closeSync(this.#fd)
    this.#fd = -1
    if (this.file === undefined || this.#core.bodyInFileOnly === 'on') return
    try {
      rmSync(this.file, { force: true })
    } catch (error) {
      this.#listener.log('crit', `unlink() "${this.file}" failed (${systemErrorText(error as Error)})`)
    }
  }

  #fail(call: string, error: unknown): void {
    this.#hasFailed = true
    this.#chunks = []
    this.#listener.log('crit', `${call} failed (${systemErrorText(error as Error)})`)
    if (this.#body.isDone) this.#listener.onBody(500)
    else this.#body.fail(500)
  }

  #spill(): void {
    const folder = this.#core.clientBodyTempPath
    try {
      this.#open(folder)
    } catch (error) {
      this.#fail(`open() in "${folder}"`, error)
    }
  }

  #open(folder: string): void {
    mkdirSync(folder, { recursive: true })
    for (;;) {
      const name = join(folder, `${process.pid}-${String(++counter).padStart(10, '0')}`)
      try {
        this.#fd = openSync(name, 'wx+', 0o600)
        this.file = name
        break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
    }
  }
}
