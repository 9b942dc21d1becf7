/** What a connection's timeouts say, asked at every sweep of the server. Times are the server's coarse milliseconds. */
import type { Socket } from 'node:net'
import { Deadline } from '@trivet/http1/gateway'
import type { ServerSettings } from './settings.ts'

/** What a connection is doing, as far as waiting goes. */
export type Waiting = 'idle' | 'vars' | 'body' | 'application' | 'lingering'

/** Who is late: an idle peer is let go, a lingering one cut off, the others have broken a rule. */
export type Verdict = 'in-time' | 'idle' | 'vars' | 'body' | 'lingering' | 'sending'

/** How long an idle connection is kept once the server drains: time for a request that is on its way. */
const idleWhileDraining = 500

export class Deadlines {
  readonly #settings: ServerSettings
  readonly #socket: Socket
  /** When the peer last did what is waited for. */
  #stamp: number
  readonly #sending: Deadline

  constructor(settings: ServerSettings, socket: Socket, now: number) {
    this.#settings = settings
    this.#socket = socket
    this.#stamp = now
    this.#sending = new Deadline(socket, Number.POSITIVE_INFINITY)
  }

  /** The peer did something, or something new is waited for. */
  restart(now: number): void {
    this.#stamp = now
  }

  judge(now: number, waiting: Waiting, draining: boolean): Verdict {
    const settings = this.#settings
    // While we do not read, or have not sent all, the peer cannot be late with what comes next.
    const sending = this.#socket.writableLength > 0
    if (sending || this.#socket.isPaused()) this.#stamp = now
    if (sending && this.#stalls(now)) return 'sending'
    if (!sending) this.#sending.clear()
    const waited = now - this.#stamp
    if (waiting === 'lingering') return waited > settings.lingerTimeout ? 'lingering' : 'in-time'
    if (waiting === 'idle') {
      const limit = draining ? Math.min(idleWhileDraining, settings.idleTimeout) : settings.idleTimeout
      return waited > limit ? 'idle' : 'in-time'
    }
    return waiting === 'application' || waited <= settings.socketTimeout ? 'in-time' : waiting
  }

  #stalls(now: number): boolean {
    if (!this.#sending.isSet) this.#sending.setSending(now, this.#settings.sendTimeout)
    return this.#sending.passed(now)
  }
}
