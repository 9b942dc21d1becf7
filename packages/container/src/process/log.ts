import { ctime } from '../log/clock.ts'
import type { LogStreams } from '../log/open.ts'
import { strftime } from '../log/strftime.ts'
import { logLineMark } from '../worker/payload.ts'

/** The master's side of the log: its own events, and what its workers print. */
export class ContainerLog {
  readonly #streams: LogStreams
  readonly #date: string | undefined

  /** `date`: strftime's format of the time before events; undefined is ctime's. */
  constructor(streams: LogStreams, date?: string) {
    this.#streams = streams
    this.#date = date
  }

  /** An event of the master's, with the time, as uWSGI's verbose lines have it. */
  event(message: string): void {
    const now = Date.now()
    const time = this.#date === undefined ? ctime(now) : strftime(this.#date, now)
    for (const line of message.split('\n')) this.#streams.events.write(`${time} - ${line}`)
  }

  /** Text that is more than one line and needs no time: tracebacks, diagnostics. */
  text(message: string): void {
    this.#streams.events.write(message)
  }

  /** A line that a process printed. */
  output(slot: number, line: string, kind: 'worker' | 'front' | 'mule' = 'worker'): void {
    if (line.startsWith(logLineMark)) this.#streams.requests.write(line.slice(logLineMark.length))
    else this.#streams.events.write(`[${kind} ${slot + 1}] ${line}`)
  }

  reopen(): void {
    for (const stream of this.#each) stream.reopen()
  }

  /** Moves the files away and begins others; returns their new names, or undefined where there is no file. */
  rotate(): string | undefined {
    const moved = this.#each.map((stream) => stream.rotate()).filter((name) => name !== undefined)
    return moved.length === 0 ? undefined : moved.join(', ')
  }

  flush(): void {
    for (const stream of this.#each) stream.flush()
  }

  close(): void {
    for (const stream of this.#each) stream.close()
  }

  get #each(): readonly LogStreams['events'][] {
    return [...new Set([this.#streams.events, this.#streams.requests])]
  }
}
