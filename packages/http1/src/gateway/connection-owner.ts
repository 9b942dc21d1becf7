import type { Application } from '@trivet/gateway'
import type { HttpConnection } from './connection.ts'
import type { Settings } from './options.ts'
import type { Tally } from './watch.ts'

/** What a connection asks of its server. */
export interface ConnectionOwner {
  readonly application: Application
  readonly settings: Settings
  /** Coarse milliseconds: the time of the timer's last tick. */
  readonly now: number
  readonly draining: boolean
  readonly tally: Tally
  remove(connection: HttpConnection): void
}
