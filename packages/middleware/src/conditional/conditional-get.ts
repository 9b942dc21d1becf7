import type { Middleware } from '@trivet/gateway'
import { headerValue, withoutHeaders } from '../exchange/headers.ts'
import { contentFields, weighPreconditions } from './preconditions.ts'

/**
 * Turns a 200 to GET or HEAD whose ETag or Last-Modified the client already has into a 304. The body is closed, not
 * sent; streams do as well as arrays, since the headers decide.
 */
export const conditionalGet: Middleware = (application) => (environ, startResponse) => {
  const { REQUEST_METHOD: method } = environ
  if (method !== 'GET' && method !== 'HEAD') return application(environ, startResponse)
  return application(environ, (status, headers, excInfo) => {
    const date = Date.parse(headerValue(headers, 'last-modified') ?? '')
    const validators = { etag: headerValue(headers, 'etag'), modified: Number.isNaN(date) ? undefined : date }
    const fresh = status.startsWith('200') && weighPreconditions(environ, validators) === 'not-modified'
    if (!fresh) return startResponse(status, headers, excInfo)
    return startResponse('304 Not Modified', withoutHeaders(headers, ...contentFields), excInfo)
  })
}
