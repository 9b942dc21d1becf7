import type { Socket } from 'node:net'
import { Deadline } from '../socket/deadline.ts'
import type { Settings } from './options.ts'

/** What a connection waits for; 'nothing' is what the application owes, or what we ourselves hold back. */
export type Waiting = 'request' | 'head' | 'body' | 'sending' | 'nothing'

/**
 * Milliseconds that an idle connection stays while the server drains: a request may be on its way already, and only one
 * of a kept connection would be sent again by its client (RFC 9112 section 9.3.1).
 */
const idleWhileDraining = 250

/** How long a client may take for what is waited for. */
export class Patience {
  readonly #settings: Settings
  readonly #deadline: Deadline
  /** The request for whose head the clock runs: it is not set back by each byte. */
  #headOf = -1

  constructor(socket: Socket, settings: Settings, now: number) {
    this.#settings = settings
    this.#deadline = new Deadline(socket, now + settings.headTimeout)
  }

  /** `requests`: how many have begun on this connection. */
  waitFor(waiting: Waiting, requests: number, now: number): void {
    const deadline = this.#deadline
    const settings = this.#settings
    if (waiting === 'nothing') deadline.clear()
    else if (waiting === 'request') deadline.set(now + settings.keepAliveTimeout)
    else if (waiting === 'body') deadline.set(now + settings.bodyTimeout)
    else if (waiting === 'sending') deadline.setSending(now, settings.sendTimeout)
    else if (!deadline.isSet || this.#headOf !== requests) {
      this.#headOf = requests
      deadline.set(now + settings.headTimeout)
    }
  }

  /** The server drains, and no request has begun. */
  hurry(now: number): void {
    this.#deadline.set(now + idleWhileDraining)
  }

  /** All is sent: the client has a little time to read it. */
  linger(now: number): void {
    this.#deadline.set(now + this.#settings.lingerTimeout)
  }

  exhausted(now: number): boolean {
    return this.#deadline.passed(now)
  }
}
