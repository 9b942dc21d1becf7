import { createHash } from 'node:crypto'
import type { Bytes, Middleware } from '@trivet/gateway'
import { headerValue, withHeader } from '../exchange/headers.ts'
import { withHeldHead } from '../exchange/held-head.ts'

/** Options of `etag`. */
export interface EtagOptions {
  /** Marks the tags `W/`: equal in meaning, not byte for byte; default false. */
  readonly weak?: boolean
}

/** Gives a 200 or 201 with an array body an ETag of its bytes, unless it has one; streams are never gathered for it. */
export function etag(options: EtagOptions = {}): Middleware {
  const prefix = options.weak === true ? 'W/' : ''
  return (application) => (environ, startResponse) =>
    withHeldHead(application, environ, startResponse, (status, headers, whole) => {
      const fits = whole !== undefined && whole.length > 0 && /^20[01]/.test(status)
      const refused = /\bno-store\b/i.test(headerValue(headers, 'cache-control') ?? '')
      if (!fits || refused || headerValue(headers, 'etag') !== undefined) return { status, headers }
      return { status, headers: withHeader(headers, 'ETag', `${prefix}"${digest(whole)}"`) }
    })
}

function digest(chunks: readonly Bytes[]): string {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest('base64url').slice(0, 27)
}
