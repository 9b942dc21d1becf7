/**
 * Syslog by way of a unix socket: Node has no datagram sockets in the file system, so `logger` of util-linux (bsdutils on
 * Debian, in every installation) sends each line that it is given; one process for all of them. As with UDP nobody waits
 * for a log: lines that it does not take in time are lost.
 */
import { spawn, type ChildProcess } from 'node:child_process'

/** Bytes that may wait for the program; what goes beyond is lost. */
const waitingLimit = 1024 * 1024

/** A `logger` that is started with the first line, and again when it has ended. */
export class LoggerProgram {
  readonly #args: readonly string[]
  readonly #failed: (error: Error) => void
  #child: ChildProcess | undefined
  #isMissing = false

  /** `failed` is told once when there is no such program, until it is closed. */
  constructor(args: readonly string[], failed: (error: Error) => void) {
    this.#args = args
    this.#failed = failed
  }

  /** Passes one line on, its end included. */
  write(line: string, encoding: 'utf8' | 'latin1'): void {
    const input = (this.#child ??= this.#start())?.stdin
    if (input === null || input === undefined || input.writableLength > waitingLimit) return
    input.write(line, encoding)
  }

  /** Lets the program end when it has sent what it got; the next line starts another. */
  close(): void {
    this.#child?.stdin?.end()
    this.#child = undefined
    this.#isMissing = false
  }

  #start(): ChildProcess | undefined {
    if (this.#isMissing) return undefined
    // Detached: Ctrl-C is not to cut off the last lines.
    const child = spawn('logger', [...this.#args], { stdio: ['pipe', 'ignore', 'inherit'], detached: true })
    child.on('error', (error) => {
      this.#isMissing = true
      this.#failed(error)
    })
    child.on('exit', () => {
      if (this.#child === child) this.#child = undefined
    })
    child.stdin?.on('error', () => {}) // 'exit' or 'error' follows
    child.unref()
    return child
  }
}
