/**
 * The end of a connection, when its last answer has been made:
 *
 *     the client takes the answer -> (lingers: what it still sends is read over) -> over
 *
 * A reset while bytes of the client are unread would take the answer away from it, hence `lingering_close`. The first
 * wait is bounded by `send_timeout`: a client that never reads must not hold its connection for ever.
 */
import type { Socket } from 'node:net'
import type { CoreSettings } from '../model/core-settings.ts'

/** One connection's way to its end. */
export class Closing {
  readonly #core: CoreSettings
  readonly #lingers: boolean
  readonly #lingerUntil: number
  /** True once the client has taken all that was written. */
  isTaken: boolean

  /** `onTaken` is called when the client has taken everything, unless that is so already. */
  constructor(socket: Socket, core: CoreSettings, lingers: boolean, onTaken: (closing: Closing) => void) {
    this.#core = core
    this.#lingers = lingers
    this.#lingerUntil = Date.now() + core.lingeringTime
    this.isTaken = socket.writableLength === 0
    if (!this.isTaken) {
      socket.once('finish', () => {
        this.isTaken = true
        onTaken(this)
      })
    }
    socket.end()
  }

  /** When the next sign of life is due, counted from now. */
  get deadline(): number {
    const now = Date.now()
    if (!this.isTaken) return now + this.#core.sendTimeout
    return this.#lingers ? Math.min(this.#lingerUntil, now + this.#core.lingeringTimeout) : now
  }
}
