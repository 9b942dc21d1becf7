/** The rest of a request's body that its handler did not read: it is read over, so that the next request can be found. */
import type { BodySink, RequestBody } from './request-body.ts'

/** Who waits for the end of an unwanted body. */
export interface UnwantedBodyOwner {
  /** All of it has been read: the next request begins here. */
  onUnwantedEnd(): void
  /** It is malformed, cut or too slow: nobody knows where the next request begins. */
  onUnwantedError(): void
}

/** Reads over what nobody wants of the bodies of one connection. */
export class UnwantedBody implements BodySink {
  /** Until when (in milliseconds since the epoch) the client has time for it; Infinity while nobody waits. */
  until: number = Number.POSITIVE_INFINITY
  readonly #owner: UnwantedBodyOwner

  constructor(owner: UnwantedBodyOwner) {
    this.#owner = owner
  }

  /** The answer has been sent: waits for the end of the body. */
  finish(body: RequestBody, until: number): void {
    this.until = until
    body.limit = 0
    body.read(this)
  }

  /** The answer is still to be made: takes what has come, without asking the client for more. */
  skip(body: RequestBody): void {
    body.skip(this)
  }

  onBodyData(): void {}

  onBodyEnd(): void {
    if (this.until === Number.POSITIVE_INFINITY) return
    this.until = Number.POSITIVE_INFINITY
    this.#owner.onUnwantedEnd()
  }

  onBodyError(): void {
    if (this.until !== Number.POSITIVE_INFINITY) this.#owner.onUnwantedError()
  }
}
