/** The error log, in nginx's format: `2026/11/23 04:00:00 [error] 123#123: *7 message`.
 *
 * Every line is one synchronous write to a file opened with O_APPEND: lines of master and workers never mix, nothing
 * is lost when a process dies, and what a signal handler says is in the file before the process exits. A log file is
 * opened once per process however many blocks name it, and `reopen` opens it anew under the same name after it has
 * been rotated.
 */
import { Syslog, type SyslogSettings } from './syslog.ts'
import { closeSync, openSync, writeSync } from 'node:fs'
import { openLog } from '@trivet/prefork/open-log'

/** From the gravest to the least. */
export const logLevels = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'] as const

export type LogLevel = (typeof logLevels)[number]

/** Where lines go and which: `file` undefined is standard error, unless there is a syslog server. */
export interface ErrorLogTarget {
  readonly file: string | undefined
  readonly syslog?: SyslogSettings | undefined
  /** The least grave level that is written. */
  readonly level: LogLevel
}

/** What the rest of the proxy writes to. */
export interface ErrorLog {
  /** One line; `connection` is the number nginx shows as `*7`. */
  write(level: LogLevel, message: string, connection?: number): void
  /** Whether anything would be written: ask before making an expensive message. */
  enabled(level: LogLevel): boolean
  /** The same log without its bounds: every line is written. */
  verbose(): ErrorLog
  /** Opens the files anew under their names; a new file is given to `owner`. */
  reopen(owner?: Owner): void
}

/** Who shall own a log file that a privileged master creates for its workers. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

const rank: ReadonlyMap<LogLevel, number> = new Map(logLevels.map((level, index) => [level, index]))

/** Opens a log with several targets. Throws the system's error when a file cannot be opened. */
export function openErrorLog(targets: readonly ErrorLogTarget[], owner?: Owner): ErrorLog {
  return new FileErrorLog(targets, owner)
}

/** A log whose lines go to a function: for a proxy that runs inside another program. */
export function callbackErrorLog(output: (line: string) => void, least: LogLevel = 'error'): ErrorLog {
  const limit = rank.get(least) ?? 0
  return {
    write: (level, message, connection) => {
      if ((rank.get(level) ?? 0) <= limit) output(formatLine(level, message, connection).trimEnd())
    },
    enabled: (level) => (rank.get(level) ?? 0) <= limit,
    verbose: () => callbackErrorLog(output, 'debug'),
    reopen: () => {},
  }
}

class FileErrorLog implements ErrorLog {
  readonly #targets: readonly { readonly to: Sink; readonly limit: number }[]
  readonly #limit: number

  constructor(targets: readonly ErrorLogTarget[], owner: Owner | undefined) {
    this.#targets = targets.map(({ file, syslog, level }) => ({
      to: syslog === undefined ? logFile(file, owner) : new SyslogSink(syslog),
      limit: rank.get(level) ?? 0,
    }))
    this.#limit = Math.max(-1, ...this.#targets.map(({ limit }) => limit))
  }

  write(level: LogLevel, message: string, connection?: number): void {
    const gravity = rank.get(level) ?? 0
    if (gravity > this.#limit) return
    const line = formatLine(level, message, connection)
    for (const { to, limit } of this.#targets) if (gravity <= limit) to.write(line, gravity)
  }

  enabled(level: LogLevel): boolean {
    return (rank.get(level) ?? 0) <= this.#limit
  }

  verbose(): ErrorLog {
    return {
      write: (level, message, connection) => {
        const line = formatLine(level, message, connection)
        for (const { to } of this.#targets) to.write(line, rank.get(level) ?? 0)
      },
      enabled: () => true,
      verbose: () => this.verbose(),
      reopen: (owner) => this.reopen(owner),
    }
  }

  reopen(owner?: Owner): void {
    for (const { to } of this.#targets) to.reopen(owner)
  }
}

/** Of new files, nginx's. */
const mode = 0o644

/** What takes lines. */
interface Sink {
  write(line: string, gravity: number): void
  reopen(owner: Owner | undefined): void
}

class SyslogSink implements Sink {
  readonly #syslog: Syslog

  constructor(settings: SyslogSettings) {
    this.#syslog = new Syslog(settings)
  }

  write(line: string, gravity: number): void {
    this.#syslog.send(line.trimEnd(), gravity)
  }

  reopen(): void {
    this.#syslog.close()
  }
}

/** One open file, shared by all logs that name it. */
class LogFile implements Sink {
  readonly #path: string | undefined
  #fd: number

  constructor(path: string | undefined, owner: Owner | undefined) {
    this.#path = path
    this.#fd = path === undefined ? 2 : openFor(path, owner)
  }

  write(line: string): void {
    try {
      writeSync(this.#fd, line)
    } catch {
      // A full disk or a closed terminal must not stop the proxy, and there is nowhere left to say it.
    }
  }

  reopen(owner: Owner | undefined): void {
    if (this.#path === undefined) return
    const old = this.#fd
    this.#fd = openFor(this.#path, owner)
    closeSync(old)
  }
}

const openFiles = new Map<string | undefined, LogFile>()

function logFile(path: string | undefined, owner: Owner | undefined): LogFile {
  let file = openFiles.get(path)
  if (file === undefined) {
    file = new LogFile(path, owner)
    openFiles.set(path, file)
  }
  return file
}

/** A file that the workers' user has a hand in is opened with care. */
function openFor(path: string, owner: Owner | undefined): number {
  return owner === undefined ? openSync(path, 'a', mode) : openLog(path, mode, owner)
}

/** Makes a log file, where it is missing, and gives it to those who will write to it. Throws the system's error. */
export function giveLogFile(path: string, owner: Owner): void {
  closeSync(openFor(path, owner))
}

function formatLine(level: LogLevel, message: string, connection: number | undefined): string {
  const about = connection === undefined ? '' : `*${connection} `
  return `${timestamp(Date.now())} [${level}] ${process.pid}#${process.pid}: ${about}${message}\n`
}

let cachedSecond = -1
let cachedText = ''

/** `2026/11/23 04:00:00` in local time. */
function timestamp(now: number): string {
  const second = Math.floor(now / 1000)
  if (second !== cachedSecond) {
    cachedSecond = second
    const date = new Date(now)
    const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('/')
    cachedText = `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  }
  return cachedText
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
