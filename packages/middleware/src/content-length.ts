import type { Middleware } from '@trivet/gateway'
import { headerValue, withHeader } from './exchange/headers.ts'
import { withHeldHead } from './exchange/held-head.ts'
import { isEmptyStatus } from './exchange/status.ts'

/**
 * Sets Content-Length where the body is an array and the application set none, for middleware and servers outside that
 * want it in the headers. Streams are left alone.
 */
export const contentLength: Middleware = (application) => (environ, startResponse) =>
  withHeldHead(application, environ, startResponse, (status, headers, whole) => {
    const bare = isEmptyStatus(status) || headerValue(headers, 'content-length') !== undefined
    const length = whole?.reduce((sum, chunk) => sum + chunk.length, 0)
    // An empty array after HEAD says nothing of the length that GET would have.
    if (length === undefined || bare || (length === 0 && environ.REQUEST_METHOD === 'HEAD')) return { status, headers }
    return { status, headers: withHeader(headers, 'Content-Length', String(length)) }
  })
