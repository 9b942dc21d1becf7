import type { ApplicationReference } from '../config/model/application.ts'
import type { Limits } from '../config/model/limits.ts'
import type { LogSettings } from '../config/model/logs.ts'
import type { FrontProtocol } from '../config/model/sockets.ts'

/** What the master tells each worker, as JSON. */
export interface WorkerPayload {
  readonly application: ApplicationReference
  readonly directory: string
  /** One per listener, in their order. */
  readonly protocols: readonly FrontProtocol[]
  readonly limits: Limits
  readonly log: LogSettings
  readonly processes: number
  /** Milliseconds. */
  readonly mercy: number
}

/** Marks a line of a worker's standard output as a finished log line, which the master passes on without a prefix. */
export const logLineMark = '\u001e'
