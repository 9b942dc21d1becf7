/**
 * Access logs with variables in their path. As in nginx each line opens and closes its file, unless `open_log_file_cache`
 * keeps those that are used often open. No folder is made: the name of one may come from a client.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import type { Report } from '../../language/diagnostic.ts'
import type { Statement } from '../../language/statement.ts'
import { parseTime } from '../../language/values.ts'

/** `open_log_file_cache`. */
export interface CacheSettings {
  readonly max: number
  /** Milliseconds without use after which a file is let go. */
  readonly inactive: number
  readonly minUses: number
  /** Milliseconds after which a file is opened anew, as it may have been moved. */
  readonly valid: number
}

/** Without `open_log_file_cache`: nothing is kept. */
export const noCache: CacheSettings = { max: 0, inactive: 0, minUses: 1, valid: 0 }

type Draft = { -readonly [Name in keyof CacheSettings]: CacheSettings[Name] }

const readers: Readonly<Record<string, (draft: Draft, text: string) => boolean>> = {
  max: (draft, text) => /^[1-9]\d*$/.test(text) && Number.isSafeInteger((draft.max = Number(text))),
  min_uses: (draft, text) => /^[1-9]\d*$/.test(text) && Number.isSafeInteger((draft.minUses = Number(text))),
  inactive: (draft, text) => Number.isSafeInteger((draft.inactive = parseTime(text, 's') ?? Number.NaN)),
  valid: (draft, text) => Number.isSafeInteger((draft.valid = parseTime(text, 's') ?? Number.NaN)),
}

/** Reads the directive; undefined when something is wrong. */
export function readCacheSettings(statement: Statement, report: Report): CacheSettings | undefined {
  if (statement.args.length === 1 && statement.args[0]?.text === 'off') return noCache
  const draft: Draft = { max: 0, inactive: 10_000, minUses: 1, valid: 60_000 }
  for (const { text, place } of statement.args) {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(text) ?? []
    if (readers[name]?.(draft, value) === true) continue
    report.emerg(`invalid "open_log_file_cache" parameter "${text}"`, place)
    return undefined
  }
  if (draft.max > 0) return draft
  report.emerg('"open_log_file_cache" must have the "max" parameter')
  return undefined
}

interface Entry {
  fd: number | undefined
  uses: number
  opened: number
  used: number
}

/** The open files of one `open_log_file_cache`. */
export class LogFileCache {
  readonly #settings: CacheSettings
  /** The one used last comes last. */
  readonly #entries = new Map<string, Entry>()

  constructor(settings: CacheSettings) {
    this.#settings = settings
  }

  /** Appends a line, a string of bytes. Throws the system's error when the file cannot be opened or written. */
  write(path: string, line: string): void {
    const { max, minUses, valid } = this.#settings
    if (max === 0) {
      writeAndClose(openSync(path, 'a', 0o644), line)
      return
    }
    const now = Date.now()
    const entry = this.#entries.get(path) ?? { fd: undefined, uses: 0, opened: 0, used: now }
    if (entry.fd !== undefined && now - entry.opened >= valid) closeEntry(entry)
    const kept = entry.fd
    if (kept !== undefined) {
      this.#touch(path, entry, now)
      writeSync(kept, line, null, 'latin1')
      return
    }
    // What cannot be opened takes nobody's place.
    const fd = openSync(path, 'a', 0o644)
    this.#touch(path, entry, now)
    if (entry.uses < minUses) {
      writeAndClose(fd, line)
      return
    }
    entry.fd = fd
    entry.opened = now
    writeSync(fd, line, null, 'latin1')
  }

  /** Lets go of all files. */
  close(): void {
    for (const entry of this.#entries.values()) closeEntry(entry)
    this.#entries.clear()
  }

  /** Counts a use, and lets go of those that are in the way. */
  #touch(path: string, entry: Entry, now: number): void {
    this.#entries.delete(path)
    entry.uses += 1
    entry.used = now
    for (const [oldest, { used }] of this.#entries) {
      if (this.#entries.size < this.#settings.max && now - used < this.#settings.inactive) break
      this.#drop(oldest)
    }
    this.#entries.set(path, entry)
  }

  #drop(path: string): void {
    const entry = this.#entries.get(path)
    if (entry !== undefined) closeEntry(entry)
    this.#entries.delete(path)
  }
}

function closeEntry(entry: Entry): void {
  if (entry.fd !== undefined) closeSync(entry.fd)
  entry.fd = undefined
}

function writeAndClose(fd: number, line: string): void {
  try {
    writeSync(fd, line, null, 'latin1')
  } finally {
    closeSync(fd)
  }
}
