/**
 * The requests of a front that wait for a worker. They are passed on in the order in which they came, and a worker is
 * taken to be free again when its answer begins: so of those without an answer the oldest are being worked on, as many as
 * this front's share of the workers can take, and the others wait.
 */
import type { Application } from '@trivet/gateway'
import type { ClientError } from '@trivet/http1/client'
import type { WorkerFigures } from '@trivet/prefork/worker'

export class Queue {
  /** When each was passed on, in milliseconds since 1970; in that order. */
  readonly #unanswered = new Set<{ readonly since: number }>()
  readonly #share: () => number
  #refused = 0
  #timedOut = 0

  /** `share`: how many requests the workers can take from this front at once. */
  constructor(share: () => number) {
    this.#share = share
  }

  /** The application, with its calls counted. */
  before(application: Application): Application {
    return (environ, startResponse) => {
      const entry = { since: Date.now() }
      this.#unanswered.add(entry)
      environ['tsgi.signal'].addEventListener('abort', () => this.#unanswered.delete(entry), { once: true })
      return application(environ, (status, headers, error) => {
        this.#unanswered.delete(entry)
        return startResponse(status, headers, error)
      })
    }
  }

  /** For a call that no worker has answered. */
  readonly failed = ({ code }: ClientError): void => {
    if (code === 'refused') this.#refused += 1
    else if (code.endsWith('-timeout')) this.#timedOut += 1
  }

  get figures(): WorkerFigures {
    const share = this.#share()
    let place = 0
    let oldest = 0
    for (const { since } of this.#unanswered) {
      if (place === share) {
        oldest = since
        break
      }
      place += 1
    }
    return {
      queued: Math.max(0, this.#unanswered.size - share),
      queuedSince: oldest,
      queueRefused: this.#refused,
      queueTimedOut: this.#timedOut,
    }
  }
}
