import type { Application } from '@trivet/gateway'
import { serve } from '@trivet/uwsgi/gateway'
import type { InheritedListener } from '@trivet/prefork/worker'
import type { Activity } from './activity.ts'
import { connectionLimit } from './descriptors.ts'
import type { FrontServer } from './front.ts'
import type { ServingPayload } from './payload.ts'

/** Serves the uwsgi protocol; `socket-timeout` bounds the waits for the peer, the limits are uWSGI's. */
export async function openUwsgi(
  application: Application,
  listener: InheritedListener,
  payload: ServingPayload,
  activity: Activity,
): Promise<FrontServer> {
  const { bufferSize, maxVars, maxBody, uwsgiTimeout } = payload.limits
  const server = serve(application, {
    limits: { bufferSize, maxVars, ...(maxBody === undefined ? {} : { maxBody }) },
    socketTimeout: uwsgiTimeout,
    multiprocess: payload.processes > 1,
    ...connectionLimit(),
    watch: activity,
    onError: activity.failed,
  })
  const target = { fd: listener.fd, backlog: listener.backlog }
  await server.listen(target)
  return server
}
