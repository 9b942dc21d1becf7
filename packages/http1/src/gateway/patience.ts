import type { Socket } from 'node:net'
import { Deadline } from '../socket/deadline.ts'
import type { Settings } from './options.ts'

/** What a connection waits for; 'nothing' is what the application owes, or what we ourselves hold back. */
export type Waiting = 'request' | 'head' | 'body' | 'sending' | 'nothing'

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

  /** All is sent: the client has a little time to read it. */
  linger(now: number): void {
    this.#deadline.set(now + this.#settings.lingerTimeout)
  }

  exhausted(now: number): boolean {
    return this.#deadline.passed(now)
  }
}
