import type { Awaitable } from '@trivet/gateway'

/** What a store holds for one session. */
export interface StoredSession {
  /** JSON. */
  readonly data: string
  /** Milliseconds since the epoch; a store may forget the session from then on. */
  readonly expires: number
}

/** Where sessions are kept between requests. */
export interface SessionStore {
  /** The session, or undefined when there is none or it has expired. */
  read(id: string): Awaitable<StoredSession | undefined>
  /** Keeps the session, in place of an older state. */
  write(id: string, session: StoredSession): Awaitable<void>
  /** Forgets the session, if there is one. */
  delete(id: string): Awaitable<void>
}
