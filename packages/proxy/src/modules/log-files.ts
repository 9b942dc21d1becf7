/**
 * The access logs' open files, one per path whoever names it. Lines are gathered and written in batches; what cannot be
 * written is told to the error log once, and memory stays bounded while a disk is full.
 */
import { mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import sonic from 'sonic-boom'
import { systemErrorText } from '../language/system-error.ts'
import { fileName } from '../language/load.ts'
import type { ErrorLog } from '../process/error-log.ts'

type Writer = InstanceType<typeof sonic.SonicBoom>

/** Bytes that wait for a slow disk; lines beyond are lost, and that is said. */
const mostWaiting = 4 * 1024 * 1024
/** Files that variables in a path may hold open at once; the one opened first makes room. */
const mostOpen = 64
/** A failing log is mentioned no more often than this, in milliseconds. */
const mentionEvery = 60_000

/** Paths which are the process's own streams, whoever they were opened by. */
const streams: ReadonlyMap<string, number> = new Map([
  ['/dev/stdout', 1],
  ['/dev/stderr', 2],
])

export class LogFiles {
  readonly #files = new Map<string, Writer>()
  /** Paths without variables: opened at the start, and never closed to make room. */
  readonly #fixed = new Set<string>()
  readonly #mentioned = new Map<string, number>()
  readonly #prefix: string
  #errors: ErrorLog | undefined
  readonly #flush = (): void => this.flush()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** A path that is known from the start. */
  add(path: string): void {
    this.#fixed.add(path)
  }

  /** Opens the files known from the start. Throws an error in nginx's words when one cannot be opened. */
  open(errors: ErrorLog): void {
    this.#errors = errors
    process.once('exit', this.#flush)
    for (const path of this.#fixed) this.#openFile(path)
  }

  /** Appends a line. */
  write(path: string, line: string): void {
    const known = this.#files.get(path)
    if (known !== undefined) {
      known.write(line)
      return
    }
    try {
      this.#makeRoom()
      this.#openFile(path).write(line)
    } catch (error) {
      this.#mention(path, error instanceof Error ? error.message : String(error))
    }
  }

  /** Writes what waits, now. */
  flush(): void {
    for (const file of this.#files.values()) file.flushSync()
  }

  /** Opens the files anew under their names, after they were moved away. */
  reopen(): void {
    const open = Array.from(this.#files.keys())
    for (const path of open) {
      if (streams.has(path)) continue
      this.#closeFile(path)
      try {
        this.#openFile(path)
      } catch (error) {
        this.#mention(path, error instanceof Error ? error.message : String(error))
      }
    }
  }

  /** Writes what waits and closes. */
  close(): void {
    process.off('exit', this.#flush)
    for (const path of this.#files.keys()) this.#closeFile(path)
  }

  #openFile(path: string): Writer {
    const stream = streams.get(path)
    const file = this.#nameOf(path)
    try {
      if (stream === undefined) mkdirSync(dirname(file), { recursive: true })
      // Opened here and now, so that a path that cannot be is known before anything is served.
      const writer = new sonic.SonicBoom({ fd: stream ?? openSync(file, 'a'), sync: false, maxLength: mostWaiting })
      writer.on('error', (error: Error) => this.#mention(path, `write() to "${file}" failed (${error.message})`))
      writer.on('drop', () => this.#mention(path, `the disk is too slow for "${file}": lines are lost`))
      this.#files.set(path, writer)
      return writer
    } catch (error) {
      throw refusal(file, error)
    }
  }

  #nameOf(path: string): string {
    return fileName(resolve(this.#prefix, path))
  }

  #makeRoom(): void {
    if (this.#files.size < mostOpen + this.#fixed.size) return
    for (const path of this.#files.keys()) {
      if (!this.#fixed.has(path)) return this.#closeFile(path)
    }
  }

  #closeFile(path: string): void {
    const file = this.#files.get(path)
    this.#files.delete(path)
    file?.flushSync()
    if (!streams.has(path)) file?.destroy()
  }

  #mention(path: string, message: string): void {
    const now = Date.now()
    if (now - (this.#mentioned.get(path) ?? Number.NEGATIVE_INFINITY) < mentionEvery) return
    this.#mentioned.set(path, now)
    this.#errors?.write('alert', message)
  }
}

/** In nginx's words, and without a trace: the place in our code tells nobody anything. */
function refusal(file: string, cause: unknown): Error {
  const reason = cause instanceof Error ? systemErrorText(cause) : String(cause)
  const error = new Error(`open() "${file}" failed (${reason})`, { cause })
  error.stack = error.message
  return error
}
