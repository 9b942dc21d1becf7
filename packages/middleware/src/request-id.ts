import { randomUUID } from 'node:crypto'
import type { Environ, Extended, StartResponse } from '@trivet/gateway'
import { headerValue } from './exchange/headers.ts'

/** What `requestId` adds to the environ. */
export interface RequestIdEnviron {
  'tsgi.request_id': string
}

/** Options of `requestId`. */
export interface RequestIdOptions {
  /** Takes over an X-Request-Id of the client, when it is 1 to 128 harmless characters; default false. */
  readonly trustClient?: boolean
}

/** Names each request: `tsgi.request_id` and `HTTP_X_REQUEST_ID` inside, `X-Request-Id` on the response. */
export function requestId(options: RequestIdOptions = {}): Extended<RequestIdEnviron> {
  return (application) => (environ: Environ, startResponse: StartResponse) => {
    const sent = options.trustClient === true ? environ['HTTP_X_REQUEST_ID'] : undefined
    const id = sent !== undefined && /^[\w.:+/=-]{1,128}$/.test(sent) ? sent : randomUUID()
    const named = Object.assign(environ, { 'tsgi.request_id': id, HTTP_X_REQUEST_ID: id })
    return application(named, (status, headers, excInfo) => {
      const present = headerValue(headers, 'x-request-id') !== undefined
      return startResponse(status, present ? headers : [...headers, ['X-Request-Id', id]], excInfo)
    })
  }
}
