/** The request that an environ stands for: the reverse of environ.ts. */
import type { Environ } from '@trivet/gateway'
import { requestHead } from '../codec/writer.ts'

const dropped = new Set([
  'HTTP_CONNECTION',
  'HTTP_KEEP_ALIVE',
  'HTTP_PROXY_CONNECTION',
  'HTTP_PROXY_AUTHORIZATION',
  'HTTP_TE',
  'HTTP_TRANSFER_ENCODING',
  'HTTP_UPGRADE',
  'HTTP_EXPECT',
  'HTTP_HOST',
])

/** Whether a body comes with the request: its size is given, or unknown because it came chunked. */
export function hasBody(environ: Environ): boolean {
  if (environ.CONTENT_LENGTH !== undefined) return environ.CONTENT_LENGTH !== '0'
  return environ['tsgi.input'].buffered?.length !== 0
}

/** Path bytes that must not stand in a target as they are. */
const unsafe = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/g

function encodePath(path: string): string {
  return path.replace(unsafe, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

function targetOf(environ: Environ): string {
  const { SCRIPT_NAME, PATH_INFO, QUERY_STRING } = environ
  if (PATH_INFO === '*') return '*'
  const path = encodePath(`${SCRIPT_NAME}${PATH_INFO}`) || '/'
  return QUERY_STRING === '' ? path : `${path}?${QUERY_STRING}`
}

function headerName(key: string): string {
  return key
    .slice('HTTP_'.length)
    .toLowerCase()
    .replace(/(^|_)([a-z])/g, (_, before: string, letter: string) => (before === '' ? '' : '-') + letter.toUpperCase())
    .replaceAll('_', '-')
}

/** The request's head. */
export function encodeRequest(environ: Environ): string {
  const headers: [string, string][] = [['Host', environ['HTTP_HOST'] ?? environ.SERVER_NAME]]
  for (const key of Object.keys(environ)) {
    if (!key.startsWith('HTTP_') || dropped.has(key)) continue
    const value = environ[key as `HTTP_${string}`]
    if (value !== undefined) headers.push([headerName(key), value])
  }
  if (environ.CONTENT_TYPE !== undefined) headers.push(['Content-Type', environ.CONTENT_TYPE])
  if (environ.CONTENT_LENGTH !== undefined) headers.push(['Content-Length', environ.CONTENT_LENGTH])
  else if (hasBody(environ)) headers.push(['Transfer-Encoding', 'chunked'])
  if (environ['tsgi.trailers'] === true) headers.push(['TE', 'trailers'])
  const offered = environ['tsgi.protocol']
  if (offered !== undefined) headers.push(['Connection', 'Upgrade'], ['Upgrade', offered.join(', ')])
  else if (environ['tsgi.trailers'] === true) headers.push(['Connection', 'TE'])
  return requestHead(environ.REQUEST_METHOD, targetOf(environ), headers)
}
