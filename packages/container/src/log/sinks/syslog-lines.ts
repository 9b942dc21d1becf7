/**
 * Lines to the system's log. Node knows no unix datagrams, which syslog is spoken over, so that `logger` of util-linux
 * (bsdutils on Debian, in every installation) passes them on: one process for all lines.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import type { LineWriter } from '../line-writer.ts'

/** Bytes that may wait for the program; nobody waits for a log, so lines beyond are lost, as datagrams would be. */
const waitingLimit = 1024 * 1024

export class SyslogLines implements LineWriter {
  readonly #args: readonly string[]
  #child: ChildProcess | undefined
  #closed = false

  constructor(tag: string, facility: string) {
    this.#args = ['--tag', tag, '--priority', `${facility}.notice`]
  }

  write(line: string): void {
    if (this.#closed) return
    const input = (this.#child ??= this.#start()).stdin
    if (input === null || input.writableLength > waitingLimit) return
    input.write(`${line}\n`)
  }

  flush(): void {}
  reopen(): void {}

  rotate(): undefined {
    return undefined
  }

  close(): void {
    this.#closed = true
    this.#child?.stdin?.end()
    this.#child = undefined
  }

  #start(): ChildProcess {
    // Detached: Ctrl-C is not to cut off the last lines.
    const child = spawn('logger', [...this.#args], { stdio: ['pipe', 'ignore', 'inherit'], detached: true })
    child.on('error', (error) => process.stderr.write(`cannot log to syslog: ${error.message}\n`))
    // The next line starts another.
    child.on('exit', () => {
      if (this.#child === child) this.#child = undefined
    })
    child.stdin?.on('error', () => {}) // 'exit' follows
    child.unref()
    return child
  }
}
