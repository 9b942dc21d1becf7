/**
 * A socket under the test's full control: bytes out exactly as given, bytes in exactly as they came. Every wait has an
 * end and its error shows what had been received, because that is what one needs to see.
 */
import { type Socket, connect } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { type Address, formatAddress } from './address.ts'

/** What a wait may be for: a text, or a pattern over the latin-1 text of what has come. */
export type Pattern = string | RegExp

interface Waiter {
  check(): boolean
}

export class RawClient implements AsyncDisposable {
  readonly socket: Socket
  #chunks: Buffer[] = []
  #consumed = 0
  #ended = false
  #error: Error | undefined
  readonly #waiters = new Set<Waiter>()

  /** Connects; rejects when nothing listens. */
  static async connect(address: Address): Promise<RawClient> {
    const socket = connect({ ...address, noDelay: true, allowHalfOpen: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', (cause) => reject(new Error(`no connection to ${formatAddress(address)}`, { cause })))
    })
    return new RawClient(socket)
  }

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#wake()
    })
    socket.on('end', () => this.#finish())
    socket.on('close', () => this.#finish())
    socket.on('error', (error) => {
      this.#error = error
      this.#finish()
    })
  }

  /** All bytes received so far. */
  get received(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  /** All bytes received so far, as latin-1. */
  get text(): string {
    return this.received.toString('latin1')
  }

  /** What broke the connection, when it broke rather than ended. */
  get error(): Error | undefined {
    return this.#error
  }

  /** Whether the peer has ended its side, or the connection is gone. */
  get ended(): boolean {
    return this.#ended
  }

  /** Writes text (latin-1) or bytes; resolves when the kernel has taken them. */
  async send(data: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null): void => (error ? reject(error) : resolve())
      if (typeof data === 'string') this.socket.write(data, 'latin1', done)
      else this.socket.write(data, done)
    })
  }

  /** Writes each piece on its own, with a turn of the event loop between, so that they travel as separate segments. */
  async sendPieces(pieces: Iterable<string | Uint8Array>): Promise<void> {
    for (const piece of pieces) {
      await this.send(piece)
      await turn()
    }
  }

  /** Waits until `pattern` has come after what earlier calls returned; returns the text up to its end. */
  async until(pattern: Pattern, timeout = 20_000): Promise<string> {
    let found: string | undefined
    const check = (): boolean => {
      const text = this.text.slice(this.#consumed)
      const end = endOf(text, pattern)
      if (end === undefined) return false
      found = text.slice(0, end)
      this.#consumed += end
      return true
    }
    await this.#wait(check, `${pattern}`, timeout)
    if (found === undefined) throw new Error(`the peer closed before ${pattern} came; ${this.#evidence()}`)
    return found
  }

  /** Waits until the peer has ended or broken the connection; returns all bytes received since the start. */
  async closed(timeout = 20_000): Promise<Buffer> {
    await this.#wait(() => this.#ended, 'the peer to close', timeout)
    return this.received
  }

  /** Ends our side (FIN); the peer may still answer. */
  end(): void {
    this.socket.end()
  }

  /** Breaks the connection (RST). */
  reset(): void {
    this.socket.resetAndDestroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.closed) return
    const closed = new Promise((resolve) => this.socket.once('close', resolve))
    this.socket.destroy()
    await closed
  }

  async #wait(check: () => boolean, what: string, timeout: number): Promise<void> {
    if (check() || this.#ended) return
    await new Promise<void>((resolve, reject) => {
      const waiter = {
        check: (): boolean => {
          if (!check() && !this.#ended) return false
          clearTimeout(timer)
          resolve()
          return true
        },
      }
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter)
        reject(new Error(`waited ${timeout} ms in vain for ${what}; ${this.#evidence()}`))
      }, timeout)
      this.#waiters.add(waiter)
    })
  }

  #wake(): void {
    for (const waiter of this.#waiters) if (waiter.check()) this.#waiters.delete(waiter)
  }

  #finish(): void {
    this.#ended = true
    this.#wake()
  }

  #evidence(): string {
    const text = this.text
    const shown = text.length > 2000 ? `${text.slice(0, 1000)} ... ${text.slice(-1000)}` : text
    return `received ${text.length} bytes: ${JSON.stringify(shown)}${this.#error ? ` (${this.#error.message})` : ''}`
  }
}

/** Sends `data` on a new connection and returns all that comes back until the peer closes. */
export async function exchange(address: Address, data: string | Uint8Array, timeout?: number): Promise<string> {
  await using client = await RawClient.connect(address)
  await client.send(data)
  return (await client.closed(timeout)).toString('latin1')
}

/** Where the first match of `pattern` in `text` ends. */
export function endOf(text: string, pattern: Pattern): number | undefined {
  if (typeof pattern === 'string') {
    const at = text.indexOf(pattern)
    return at === -1 ? undefined : at + pattern.length
  }
  const match = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(text)
  return match === null ? undefined : match.index + match[0].length
}
