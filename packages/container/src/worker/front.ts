import type { Application } from '@trivet/gateway'
import type { InheritedListener } from '@trivet/prefork/worker'
import type { FrontProtocol } from '../config/model/sockets.ts'
import type { ServingPayload } from './payload.ts'
import type { Activity, FrontFigures } from './activity.ts'

/** One protocol served on one socket. */
export interface FrontServer {
  readonly connections: number
  readonly bytesSent: number
  /** Stops accepting, lets idle connections go, and resolves when the running requests are done; cuts them off after `timeout` milliseconds. */
  drain(timeout: number): Promise<void>
}

/** Serves an application on an inherited socket. */
export async function openFront(
  protocol: FrontProtocol,
  application: Application,
  listener: InheritedListener,
  payload: ServingPayload,
  activity: Activity,
): Promise<FrontServer> {
  // A worker starts sooner without the protocol that it does not speak.
  if (protocol === 'http') {
    const { openHttp } = await import('./http-front.ts')
    return await openHttp(application, listener, payload, activity)
  }
  const { openUwsgi } = await import('./uwsgi-front.ts')
  return await openUwsgi(application, listener, payload, activity)
}

/** What all fronts of a process know together. */
export function figuresOf(fronts: readonly FrontServer[]): FrontFigures {
  return {
    connections: fronts.reduce((sum, front) => sum + front.connections, 0),
    bytesSent: fronts.reduce((sum, front) => sum + front.bytesSent, 0),
  }
}
