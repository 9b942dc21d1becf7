import type { Application } from '@trivet/gateway'
import { serve } from '@trivet/http1/gateway'
import type { InheritedListener } from '@trivet/prefork/worker'
import type { Activity } from './activity.ts'
import { connectionLimit } from './descriptors.ts'
import type { FrontServer } from './front.ts'
import type { ServingPayload } from './payload.ts'

/** Serves HTTP/1.1; `http-timeout` bounds every wait for the client, `buffer-size` and `max-vars` bound the head. */
export async function openHttp(
  application: Application,
  listener: InheritedListener,
  payload: ServingPayload,
  activity: Activity,
): Promise<FrontServer> {
  const { bufferSize, maxVars, maxBody, httpTimeout } = payload.limits
  const server = serve(maxBody === undefined ? application : withBodyLimit(application, maxBody), {
    limits: { requestLine: bufferSize, head: bufferSize, fields: maxVars },
    headTimeout: httpTimeout,
    bodyTimeout: httpTimeout,
    sendTimeout: httpTimeout,
    multiprocess: payload.processes > 1,
    ...connectionLimit(),
    watch: activity,
    onError: activity.failed,
  })
  const target = { fd: listener.fd, backlog: listener.backlog }
  await server.listen(target)
  return server
}

/** `limit-post` over HTTP: too long a body gets 413, and one that does not say its length gets 411. */
function withBodyLimit(application: Application, maximum: number): Application {
  return (environ, startResponse) => {
    const chunked = environ['HTTP_TRANSFER_ENCODING'] !== undefined
    if (!chunked && Number(environ.CONTENT_LENGTH ?? 0) <= maximum) return application(environ, startResponse)
    const status = chunked ? '411 Length Required' : '413 Content Too Large'
    startResponse(status, [['Content-Type', 'text/plain; charset=utf-8']])
    return [Buffer.from(`${status.slice(4)}: bodies may have ${maximum} bytes (\`limit-post\`)\n`)]
  }
}
