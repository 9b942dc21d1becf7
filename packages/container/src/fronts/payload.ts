import type { FrontProtocol } from '../config/model/sockets.ts'
import type { ServingSettings } from '../serving/settings.ts'
import type { ServingPayload } from '../worker/payload.ts'

/** What the master tells each front worker, as JSON. */
export interface FrontPayload extends ServingPayload {
  /** One per listener, in their order. */
  readonly protocols: readonly FrontProtocol[]
  /** Path of the socket that the application's workers listen on. */
  readonly target: string
  readonly serving: ServingSettings
  /** Milliseconds. */
  readonly mercy: number
}
