/** What node:http knows of a request, in CGI's terms (RFC 3875 section 4.1). */
import type { IncomingMessage } from 'node:http'
import type { Environ } from '../contract.ts'
import type { Disconnect } from '../server/disconnect.ts'
import { emptyInput } from '../server/empty-input.ts'
import { fileWrapper } from '../server/file-wrapper.ts'
import { headerKey } from '../server/header-key.ts'
import { pulledInput } from '../server/pulled-input.ts'
import { decodePath, splitTarget } from '../server/target.ts'
import { textErrors } from '../server/text-errors.ts'

const errors = textErrors()

/** A fresh environ for one request. */
export function environOf(request: IncomingMessage, disconnect: Disconnect): Environ {
  const { socket, headers } = request
  const target = request.url ?? '/'
  const { authority, path, query } = splitTarget(target)
  const secure = 'encrypted' in socket
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  const environ: Environ = {
    REQUEST_METHOD: request.method ?? 'GET',
    SCRIPT_NAME: '',
    PATH_INFO: decodePath(path),
    QUERY_STRING: query,
    SERVER_NAME: socket.localAddress ?? 'localhost',
    SERVER_PORT: String(socket.localPort ?? (secure ? 443 : 80)),
    SERVER_PROTOCOL: `HTTP/${request.httpVersion}`,
    REQUEST_URI: target,
    REMOTE_ADDR: socket.remoteAddress ?? '',
    REMOTE_PORT: String(socket.remotePort ?? ''),
    'tsgi.version': [1, 0],
    'tsgi.url_scheme': secure ? 'https' : 'http',
    'tsgi.input': hasBody ? pulledInput(request) : emptyInput,
    'tsgi.errors': errors,
    'tsgi.multithread': false,
    'tsgi.multiprocess': false,
    'tsgi.run_once': false,
    'tsgi.signal': disconnect.signal,
    'tsgi.file_wrapper': fileWrapper,
  }
  if (secure) environ.HTTPS = 'on'
  if (headers['te']?.includes('trailers')) environ['tsgi.trailers'] = true
  addHeaders(environ, request.rawHeaders)
  if (authority !== undefined) environ['HTTP_HOST'] = authority
  return environ
}

/** Repeated fields are joined as RFC 9110 section 5.3 allows, cookies as RFC 9113 section 8.2.3 does. */
function addHeaders(environ: Environ, raw: readonly string[]): void {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? ''
    // `X_Forwarded_For` would have the key of `X-Forwarded-For`, past a proxy that guards that alone.
    if (name.includes('_')) continue
    const key = headerKey(name)
    const value = raw[i + 1] ?? ''
    const before = environ[key]
    environ[key] = before === undefined ? value : `${before}${key === 'HTTP_COOKIE' ? '; ' : ', '}${value}`
  }
  // Many programs take HTTP_PROXY for their own setting (CVE-2016-5385); and the chunked coding is undone already.
  if (environ['HTTP_PROXY'] !== undefined) delete environ['HTTP_PROXY']
  if (environ['HTTP_TRANSFER_ENCODING'] !== undefined) delete environ['HTTP_TRANSFER_ENCODING']
}
