import type { Socket } from 'node:net'
import type { Environ } from '@trivet/gateway'

/** An answer that an application owes, as its front shows it to a watch. */
export interface WatchedResponse {
  readonly socket: Socket
  /** Its head is on its way. */
  readonly started: boolean
  /** Nothing else waits to be written on its connection. */
  readonly first: boolean
  /** The watch's own note. */
  ticket: unknown
  /**
   * Answers in the application's place: with this status where no answer has begun, else (and when there is no status) by
   * breaking the connection. The application learns `reason` by `tsgi.signal`.
   */
  refuse(status: number | undefined, reason: Error): void
}

/** Told of every request a front gives to its application: to count, to show and to limit them. */
export interface RequestWatch {
  /** Just before the application is called. */
  begin(environ: Environ, response: WatchedResponse): void
  /** Its head is about to be written; false when somebody else has answered, and the connection is to be broken. */
  answering(response: WatchedResponse): boolean
  /** The answer has ended, was given up, or became a stream of another protocol; may be called again. */
  end(response: WatchedResponse): void
}

/** Bytes that a server has written. */
export interface Tally {
  bytes: number
}
