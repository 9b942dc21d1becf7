/** Variables of the core: the request, the connection, the answer. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { documentRoot, requestFilename } from '../http/files.ts'
import type { Request } from '../http/request.ts'
import { nginxVersion } from '../model/identity.ts'
import { sizeOf } from '../model/value.ts'
import type { Module } from '../model/module.ts'
import type { Getter, Variable } from '../model/variable.ts'
import { parseSize } from '../language/values.ts'

const dashes = (rest: string): string => rest.toLowerCase().replaceAll('_', '-')

/** The value of one query argument. */
export function queryArgument(args: string, name: string): string | undefined {
  const wanted = name.toLowerCase()
  for (let start = 0; start < args.length;) {
    let end = args.indexOf('&', start)
    if (end === -1) end = args.length
    if (args[start + name.length] === '=' && args.slice(start, start + name.length).toLowerCase() === wanted)
      return args.slice(start + name.length + 1, end)
    start = end + 1
  }
  return undefined
}

/** The value of one cookie. */
export function cookieValue(request: Request, name: string): string | undefined {
  const header = request.header('cookie', '; ')
  if (header === undefined) return undefined
  for (const part of header.split(';')) {
    const equals = part.indexOf('=')
    if (equals !== -1 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim()
  }
  return undefined
}

/** Fields that the engine keeps apart, by their name in lower case. */
const keptApart: ReadonlyMap<string, Getter> = new Map<string, Getter>([
  [
    'content-type',
    ({ out }) =>
      out.contentType === undefined || out.charset === undefined
        ? out.contentType
        : `${out.contentType}; charset=${out.charset}`,
  ],
  ['content-length', ({ out }) => (out.contentLength >= 0 ? String(out.contentLength) : undefined)],
  ['last-modified', ({ out }) => out.lastModified],
  ['location', ({ out }) => out.location],
  ['etag', ({ out }) => out.etag],
  ['connection', ({ out, keepAlive }) => (out.status === 101 ? 'upgrade' : keepAlive ? 'keep-alive' : 'close')],
  [
    'keep-alive',
    ({ keepAlive, location }) =>
      keepAlive && location.core.keepaliveHeader > 0 ? `timeout=${location.core.keepaliveHeader}` : undefined,
  ],
  ['transfer-encoding', ({ chunked }) => (chunked ? 'chunked' : undefined)],
])

function sentHeader(request: Request, name: string): string | undefined {
  const getter = keptApart.get(name)
  return getter === undefined ? request.out.joined(name) : getter(request)
}

const two = (value: number): string => String(value).padStart(2, '0')
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
let second = -1
let local = ''
let iso = ''

function tick(): void {
  const now = Math.floor(Date.now() / 1000)
  if (now === second) return
  second = now
  const date = new Date(now * 1000)
  const offset = -date.getTimezoneOffset()
  const sign = offset < 0 ? '-' : '+'
  const [hours, minutes] = [two(Math.floor(Math.abs(offset) / 60)), two(Math.abs(offset) % 60)]
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  local = `${two(date.getDate())}/${months[date.getMonth()]}/${date.getFullYear()}:${time} ${sign}${hours}${minutes}`
  iso = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${time}${sign}${hours}:${minutes}`
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3)

/** Bytes of the client's address, as `$binary_remote_addr` shows them. */
function binaryAddress(address: string): string {
  if (!address.includes(':'))
    return address
      .split('.')
      .map((part) => String.fromCharCode(Number(part)))
      .join('')
  return address
}

const uri: Variable = {
  get: (request) => request.uri,
  set: (request, value) => {
    request.uri = value
  },
}
const args: Variable = {
  get: (request) => request.args,
  set: (request, value) => {
    request.args = value
    request.uriIsOriginal = false
  },
}
const limitRate: Variable = {
  get: (request) => String(request.limitRate ?? sizeOf(request.location.core.limitRate, request)),
  set: (request, value) => {
    request.limitRate = parseSize(value) ?? 0
  },
}

const names: Readonly<Record<string, Getter | Variable>> = {
  uri: { get: uri.get },
  document_uri: { get: uri.get },
  args,
  query_string: { get: args.get },
  limit_rate: limitRate,
  is_args: (request) => (request.args === '' ? '' : '?'),
  request_uri: (request) => request.target,
  request_method: (request) => request.line.slice(0, request.line.indexOf(' ')) && request.method,
  request: (request) => request.line,
  request_length: (request) => String(request.headLength + request.body.wireBytes),
  request_time: (request) => seconds(Date.now() - request.startTime),
  request_id: (request) => (request.main.requestId ??= randomBytes(16).toString('hex')),
  request_completion: (request) => (request.finished ? 'OK' : ''),
  request_filename: requestFilename,
  request_body: (request) => request.bufferedBody?.memory?.toString('latin1'),
  request_body_file: (request) => request.bufferedBody?.file,
  request_port: (request) => (request.port === 0 ? undefined : String(request.port)),
  is_request_port: (request) => (request.port === 0 ? '' : ':'),
  document_root: documentRoot,
  host: (request) => (request.host === '' ? request.server.name : request.host),
  hostname: () => hostname(),
  server_name: (request) => request.server.name,
  server_addr: (request) => request.connection.localHost,
  server_port: (request) => (request.connection.localPort === 0 ? '' : String(request.connection.localPort)),
  server_protocol: (request) => (request.version === 9 ? 'HTTP/0.9' : request.protocol),
  scheme: () => 'http',
  https: () => '',
  http2: () => '',
  remote_addr: (request) => request.clientAddress,
  remote_port: (request) => String(request.clientPort || ''),
  remote_user: (request) => basicCredentials(request)?.user,
  binary_remote_addr: (request) => binaryAddress(request.clientAddress),
  content_length: (request) =>
    request.headers.get('content-length') ??
    (request.body.length === -1 && request.bufferedBody !== undefined ? String(request.bufferedBody.size) : undefined),
  content_type: (request) => request.header('content-type'),
  http_cookie: (request) => request.header('cookie', '; '),
  status: (request) => String(request.status === 0 ? '000' : request.status).padStart(3, '0'),
  bytes_sent: (request) => String(request.bytesSent),
  body_bytes_sent: (request) => String(request.bodyBytesSent),
  connection: (request) => String(request.connection.id),
  connection_requests: (request) => String(request.connection.requests),
  connection_time: (request) => seconds(Date.now() - request.connection.startTime),
  pipe: (request) => (request.connection.isPipelined ? 'p' : '.'),
  msec: () => seconds(Date.now()),
  time_local: () => (tick(), local),
  time_iso8601: () => (tick(), iso),
  nginx_version: () => nginxVersion,
  pid: () => String(process.pid),
}

/** The user and password that the client sent (RFC 7617), as byte strings. */
export function basicCredentials(request: Request): { readonly user: string; readonly password: string } | undefined {
  const match = /^basic +([A-Za-z0-9+/=]+)$/i.exec(request.headers.get('authorization') ?? '')
  if (match === null) return undefined
  const decoded = Buffer.from(match[1] ?? '', 'base64').toString('latin1')
  const colon = decoded.indexOf(':')
  return colon < 1 ? undefined : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
}

/** The core's variables. */
export const variables: Module = {
  name: 'variables',
  directives: [],
  variables: {
    names,
    prefixes: [
      { prefix: 'arg_', make: (rest) => (request) => queryArgument(request.args, rest) },
      { prefix: 'cookie_', make: (rest) => (request) => cookieValue(request, rest) },
      { prefix: 'http_', make: (rest) => requestHeader(dashes(rest)) },
      { prefix: 'sent_http_', make: (rest) => sent(dashes(rest)) },
      { prefix: 'sent_trailer_', make: (rest) => trailer(dashes(rest)) },
    ],
  },
}

const requestHeader =
  (name: string): Getter =>
  (request) =>
    request.header(name)
const sent =
  (name: string): Getter =>
  (request) =>
    sentHeader(request, name)
const trailer =
  (name: string): Getter =>
  (request) => {
    const values =
      request.out.trailers?.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value) ?? []
    return values.length === 0 ? undefined : values.join(', ')
  }
