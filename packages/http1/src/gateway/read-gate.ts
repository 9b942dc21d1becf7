import type { Socket } from 'node:net'
import type { InputSource } from '@trivet/gateway/server'

/** Pauses a socket while anybody wants it paused: an application that does not read its body, or a full pipeline. */
export class ReadGate implements InputSource {
  readonly #socket: Socket
  /** For the input: its first read. */
  readonly wanted: () => void
  #body = false
  #pipeline = false

  constructor(socket: Socket, wanted: () => void = () => {}) {
    this.#socket = socket
    this.wanted = wanted
  }

  /** The application is slow to read the request's body. */
  get bodyHeld(): boolean {
    return this.#body
  }

  /** For the input. */
  pause(): void {
    this.#body = true
    this.#apply()
  }

  /** For the input. */
  resume(): void {
    this.#body = false
    this.#apply()
  }

  /** Called after each piece of work, so that nothing happens while nothing changes. */
  holdPipeline(held: boolean): void {
    if (held === this.#pipeline) return
    this.#pipeline = held
    this.#apply()
  }

  #apply(): void {
    if (this.#body || this.#pipeline) this.#socket.pause()
    else this.#socket.resume()
  }
}
