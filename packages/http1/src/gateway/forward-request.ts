/** The request that an environ stands for: the reverse of environ.ts. */
import type { Bytes, Environ, HeaderList } from '@trivet/gateway'
import { isHopByHop, requestHeaders, requestTarget } from '@trivet/gateway/server'
import { requestHead } from '../codec/writer.ts'
import { connectionOptions } from './answer-fields.ts'

/** Fields that are written anew, or met already: the 100 of Expect is the front's to send. */
const own: ReadonlySet<string> = new Set(['host', 'content-length', 'expect'])

/** The request's head; `body` is its body when that is at hand. */
export function encodeRequest(environ: Environ, body: Bytes | undefined): string {
  const nominated = connectionOptions(environ['HTTP_CONNECTION'] ?? '')
  const headers: HeaderList = [['Host', environ['HTTP_HOST'] ?? environ.SERVER_NAME]]
  for (const field of requestHeaders(environ)) {
    const [name] = field
    if (!own.has(name) && !isHopByHop(name) && !nominated.includes(name)) headers.push(field)
  }
  addFraming(headers, environ, body)
  const offered = environ['tsgi.protocol']
  if (environ['tsgi.trailers'] === true) headers.push(['TE', 'trailers'])
  if (offered !== undefined) headers.push(['Connection', 'Upgrade'], ['Upgrade', offered.join(', ')])
  else if (environ['tsgi.trailers'] === true) headers.push(['Connection', 'TE'])
  return requestHead(environ.REQUEST_METHOD, target(environ), headers)
}

function addFraming(headers: HeaderList, environ: Environ, body: Bytes | undefined): void {
  const { CONTENT_LENGTH: declared } = environ
  if (body !== undefined && (body.length > 0 || declared !== undefined)) {
    headers.push(['Content-Length', String(body.length)])
  } else if (body === undefined) {
    headers.push(declared === undefined ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', declared])
  }
}

function target(environ: Environ): string {
  return environ.PATH_INFO === '*' ? '*' : requestTarget(environ) || '/'
}
