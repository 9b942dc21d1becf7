import type { Address } from '@trivet/prefork'
import type { FrontProtocol } from '../config/model/sockets.ts'
import type { ServingSettings } from '../serving/settings.ts'
import type { ServingPayload } from '../worker/payload.ts'

/** What the master tells each front worker, as JSON. */
export interface FrontPayload extends ServingPayload {
  /** One per listener, in their order. */
  readonly protocols: readonly FrontProtocol[]
  /** Of the socket that the application's workers listen on. */
  readonly target: Address
  readonly serving: ServingSettings
  /** Where middleware is looked for. */
  readonly directory: string
  /** Requests that the application's workers can work on at once, as far as the configuration says. */
  readonly capacity: number
  /** Front workers, which share that. */
  readonly fronts: number
  /** Bytes of a request's body that are kept in memory. */
  readonly bodyMemory: number
  /** Milliseconds. */
  readonly mercy: number
}
