import { LoggerProgram } from '@trivet/prefork/logger-program'
import type { LineWriter } from '../line-writer.ts'

/** Lines to the system's log. */
export class SyslogLines implements LineWriter {
  readonly #program: LoggerProgram
  #closed = false

  constructor(tag: string, facility: string) {
    this.#program = new LoggerProgram(['--tag', tag, '--priority', `${facility}.notice`], (error) =>
      process.stderr.write(`cannot log to syslog: ${error.message}\n`),
    )
  }

  write(line: string): void {
    if (!this.#closed) this.#program.write(`${line}\n`, 'utf8')
  }

  flush(): void {}
  reopen(): void {}

  rotate(): undefined {
    return undefined
  }

  close(): void {
    this.#closed = true
    this.#program.close()
  }
}
