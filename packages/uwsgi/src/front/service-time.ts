/** How long calls take, so that a connection is pipelined only as deep as answers stay quick (KEEPALIVE.md, section 5). */

/** How much work may wait on one connection, in milliseconds. */
const workAhead = 1
/** The weight of a call that was faster than the average; a slower one counts at once. */
const weight = 0.1

/** A pessimistic running average: rises at once, falls slowly. */
export class ServiceTime {
  /** Unknown at first: no depth before the first call. */
  #average = Number.POSITIVE_INFINITY

  /** A call took so many milliseconds. */
  add(duration: number): void {
    if (this.#average === Number.POSITIVE_INFINITY || duration > this.#average) this.#average = duration
    else this.#average += (duration - this.#average) * weight
  }

  /** How many requests may wait on one connection. */
  depth(limit: number): number {
    return Math.min(limit, Math.max(1, Math.trunc(workAhead / this.#average)))
  }
}
