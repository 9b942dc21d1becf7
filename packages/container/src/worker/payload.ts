import type { ApplicationReference } from '../config/model/application.ts'
import type { HarakiriSettings } from '../config/model/life.ts'
import type { Limits } from '../config/model/limits.ts'
import type { RequestLogSettings } from '../config/model/logs.ts'
import type { TitleSettings } from '../process/title.ts'
import type { ServingSettings } from '../serving/settings.ts'
import type { FrontProtocol } from '../config/model/sockets.ts'

/** What a server of a front's protocol needs to know. */
export interface ServingPayload {
  readonly limits: Limits
  readonly processes: number
}

/** What the master tells each JavaScript worker, as JSON. */
export interface WorkerPayload extends ServingPayload {
  readonly application: ApplicationReference
  readonly directory: string
  /** One per listener, in their order. */
  readonly protocols: readonly FrontProtocol[]
  readonly log: RequestLogSettings
  readonly serving: ServingSettings
  readonly titles: TitleSettings
  /** Milliseconds. */
  readonly mercy: number
  readonly harakiri: HarakiriSettings
}

/** Marks a line of a worker's standard output as a finished log line, which the master passes on without a prefix. */
export const logLineMark = '\u001e'
