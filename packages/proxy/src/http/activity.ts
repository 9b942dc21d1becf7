/** What goes on while an answer is under way, beside the connection that carries it. */

/** What a content handler leaves behind for the time the answer is under way. */
export interface Activity {
  /** The client can take more. */
  onDrain?(): void
  /** The client is gone: stop. */
  onAbort?(): void
  /** The request is over, whatever way it went. */
  onFinish?(): void
}

/** A request made inside the proxy for another one. */
export interface InnerRequest {
  /** The client has closed its side. */
  onClientEnd(): void
  /** The client's request is over: stop. */
  cancel(): void
  /** The client's request waits for it only to be over; its answer is not wanted. */
  readonly isBackground: boolean
}
