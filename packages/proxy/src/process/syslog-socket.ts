/**
 * Syslog to a unix socket (`server=unix:/dev/log`): Node has no datagram sockets in the file system, so `logger` of util-linux
 * (bsdutils on Debian, in every installation) sends each line as a datagram: one process for each target of each worker. As
 * with UDP nobody waits for a log: lines that it does not take in time are lost.
 */
import { spawn, type ChildProcess } from 'node:child_process'

/** Bytes that may wait for the program; what goes beyond is lost. */
const waitingLimit = 1024 * 1024

/** A unix socket that takes syslog's datagrams. */
export class SyslogSocket {
  readonly #args: readonly string[]
  #child: ChildProcess | undefined
  #isMissing = false

  /** `longest` is the size of a datagram's message in bytes. */
  constructor(path: string, tag: string, hasHostname: boolean, longest: number) {
    const style = hasHostname ? ['--rfc3164'] : []
    this.#args = [
      '--socket',
      path,
      '--socket-errors=off',
      '--prio-prefix',
      '--size',
      String(longest),
      '--tag',
      tag,
      ...style,
    ]
  }

  /** Sends one message, a string of bytes; `priority` is facility and severity as one number. */
  send(priority: number, message: string): void {
    const input = (this.#child ??= this.#start())?.stdin
    if (input === null || input === undefined || input.writableLength > waitingLimit) return
    input.write(`<${priority}>${message.replaceAll('\n', ' ')}\n`, 'latin1')
  }

  /** Lets the program end when it has sent what it got; the next message starts another. */
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
      process.stderr.write(`nginx: cannot log to syslog by "logger": ${error.message}\n`)
    })
    child.on('exit', () => {
      if (this.#child === child) this.#child = undefined
    })
    child.stdin?.on('error', () => {}) // 'exit' or 'error' follows
    child.unref()
    return child
  }
}
