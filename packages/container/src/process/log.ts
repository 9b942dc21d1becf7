import { ctime } from '../log/clock.ts'
import type { LineWriter } from '../log/line-writer.ts'
import { logLineMark } from '../worker/payload.ts'

/** The master's side of the log: its own events, and what its workers print. */
export class ContainerLog {
  readonly #lines: LineWriter

  constructor(lines: LineWriter) {
    this.#lines = lines
  }

  /** An event of the master's, with the time, as uWSGI's verbose lines have it. */
  event(message: string): void {
    for (const line of message.split('\n')) this.#lines.write(`${ctime(Date.now())} - ${line}`)
  }

  /** Text that is more than one line and needs no time: tracebacks, diagnostics. */
  text(message: string): void {
    this.#lines.write(message)
  }

  /** A line that a process printed. */
  output(slot: number, line: string, kind: 'worker' | 'front' = 'worker'): void {
    this.#lines.write(line.startsWith(logLineMark) ? line.slice(logLineMark.length) : `[${kind} ${slot + 1}] ${line}`)
  }

  reopen(): void {
    this.#lines.reopen()
  }

  /** Moves the file away and begins another; returns its new name, or undefined where there is no file. */
  rotate(): string | undefined {
    return this.#lines.rotate()
  }

  flush(): void {
    this.#lines.flush()
  }

  close(): void {
    this.#lines.close()
  }
}
