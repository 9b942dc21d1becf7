/** All access logs of a configuration: files with a fixed path, one each whoever names it, and those with variables. */
import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileName } from '../../language/load.ts'
import { systemErrorText } from '../../language/system-error.ts'
import { giveLogFile, type ErrorLog, type LogLevel, type Owner } from '../../process/error-log.ts'
import { LogFile } from './file.ts'
import type { LogFileCache } from './file-cache.ts'
import { gatherAlike, type Gathering } from './parameters.ts'

/** A failing log is mentioned no more often than this, in milliseconds. */
const mentionEvery = 60_000

/** Paths which are the process's own streams, whoever they were opened by. */
const streams: ReadonlyMap<string, number> = new Map([
  ['/dev/stdout', 1],
  ['/dev/stderr', 2],
])

export class LogFiles {
  readonly #files = new Map<string, LogFile>()
  readonly #caches = new Set<LogFileCache>()
  readonly #mentioned = new Map<string, number>()
  readonly #prefix: string
  #errors: ErrorLog | undefined
  readonly #flush = (): void => this.flush()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** The log at a path; undefined when it is there already and gathers its lines in another way. */
  add(path: string, gathering: Gathering): LogFile | undefined {
    const known = this.#files.get(path)
    if (known !== undefined) {
      // A log without a buffer of its own joins the one there is, as in nginx.
      return gathering.size === 0 || gatherAlike(known.gathering, gathering) ? known : undefined
    }
    const file = new LogFile(this.#nameOf(path), gathering, (message) => this.#mention(path, message))
    this.#files.set(path, file)
    return file
  }

  /** Files with variables in their path are let go together with the others. */
  addCache(cache: LogFileCache): LogFileCache {
    this.#caches.add(cache)
    return cache
  }

  /** Makes the files for workers that run as somebody else. Throws an error in nginx's words when one cannot be opened. */
  provide(owner: Owner): void {
    for (const path of this.#files.keys()) {
      if (streams.has(path)) continue
      this.#makeFolder(path)
      try {
        giveLogFile(this.#nameOf(path), owner)
      } catch (error) {
        throw refusal(this.#nameOf(path), error)
      }
    }
  }

  /** Opens the files. Throws an error in nginx's words when one cannot be opened. */
  open(errors: ErrorLog): void {
    this.#errors = errors
    process.once('exit', this.#flush)
    for (const [path, file] of this.#files) {
      try {
        this.#openFile(path, file)
      } catch (error) {
        throw refusal(this.#nameOf(path), error)
      }
    }
  }

  /** Appends a line to a file whose path had variables. */
  write(cache: LogFileCache, path: string, line: string): void {
    try {
      cache.write(this.#nameOf(path), line)
    } catch (error) {
      this.#mention(path, refusal(this.#nameOf(path), error).message, 'crit')
    }
  }

  /** Writes what waits, now. */
  flush(): void {
    for (const file of this.#files.values()) file.flush()
  }

  /** Opens the files anew under their names, after they were moved away. */
  reopen(): void {
    for (const cache of this.#caches) cache.close()
    for (const [path, file] of this.#files) {
      if (streams.has(path)) continue
      file.close()
      try {
        this.#openFile(path, file)
      } catch (error) {
        this.#mention(path, refusal(this.#nameOf(path), error).message)
      }
    }
  }

  /** Writes what waits and closes. */
  close(): void {
    process.off('exit', this.#flush)
    for (const [path, file] of this.#files) file.close(streams.has(path))
    for (const cache of this.#caches) cache.close()
  }

  #openFile(path: string, file: LogFile): void {
    const stream = streams.get(path)
    if (stream === undefined) this.#makeFolder(path)
    file.open(stream)
  }

  #makeFolder(path: string): void {
    mkdirSync(dirname(this.#nameOf(path)), { recursive: true })
  }

  #nameOf(path: string): string {
    return fileName(resolve(this.#prefix, path))
  }

  #mention(path: string, message: string, level: LogLevel = 'alert'): void {
    const now = Date.now()
    if (now - (this.#mentioned.get(path) ?? Number.NEGATIVE_INFINITY) < mentionEvery) return
    // Paths with variables may be many: those that failed long ago are forgotten.
    for (const [other, time] of this.#mentioned) if (now - time >= mentionEvery) this.#mentioned.delete(other)
    this.#mentioned.set(path, now)
    this.#errors?.write(level, message)
  }
}

/** In nginx's words, and without a trace: the place in our code tells nobody anything. */
function refusal(file: string, cause: unknown): Error {
  const reason = cause instanceof Error ? systemErrorText(cause) : String(cause)
  const error = new Error(`open() "${file}" failed (${reason})`, { cause })
  error.stack = error.message
  return error
}
