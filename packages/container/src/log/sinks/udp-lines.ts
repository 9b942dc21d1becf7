import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { strftime } from '../strftime.ts'
import type { LineWriter } from '../line-writer.ts'

/** Most bytes of one datagram: what every syslog server takes; longer lines are cut. */
const maxDatagram = 8192

/** Milliseconds between two complaints about a server that cannot be reached. */
const tellInterval = 10_000

/** Lines to a UDP server, one datagram each; with a priority in the format of BSD's syslog (RFC 3164). */
export class UdpLines implements LineWriter {
  readonly #socket: Socket
  readonly #target: { readonly host: string; readonly port: number; readonly priority: number | undefined }
  #told = -Infinity

  constructor(target: { readonly host: string; readonly port: number; readonly priority: number | undefined }) {
    this.#target = target
    this.#socket = createSocket(isIPv6(target.host) ? 'udp6' : 'udp4')
    this.#socket.on('error', (error) => this.#tell(error))
    this.#socket.unref()
  }

  write(line: string): void {
    const { host, port, priority } = this.#target
    const text = priority === undefined ? line : `<${priority}>${strftime('%b %e %H:%M:%S', Date.now())} ${line}`
    this.#socket.send(Buffer.from(text).subarray(0, maxDatagram), port, host, (error) => {
      if (error !== null) this.#tell(error)
    })
  }

  flush(): void {}
  reopen(): void {}

  rotate(): undefined {
    return undefined
  }

  close(): void {
    // What was sent a moment ago is still looked up and put on the wire.
    this.#socket.send('', this.#target.port, this.#target.host, () => this.#socket.close())
  }

  #tell(error: Error): void {
    const now = performance.now()
    if (now - this.#told < tellInterval) return
    this.#told = now
    process.stderr.write(`cannot log to ${this.#target.host}:${this.#target.port}: ${error.message}\n`)
  }
}
