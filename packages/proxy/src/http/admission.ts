/** What a complete head means: its host and server, its URI, how its body is framed, whether the connection is kept. */
import type { Server } from '../model/config.ts'
import { HeaderFields } from '@trivet/http1'
import type { RegexName, ServerNames } from '../model/server-names.ts'
import { HeadError, type HeadReader } from './head.ts'
import { parseHost } from './host.ts'
import type { Request } from './request.ts'
import { normalizeUri } from './uri.ts'

/** The outcome; with a `failure` the request is answered with its status. */
export interface Admission {
  server: Server
  host: string
  port: number
  uri: string
  args: string
  bodyLength: number
  expectsContinue: boolean
  keepAlive: boolean
  failure: HeadError | undefined
  bindHost: ((request: Request) => void) | undefined
}

/** Fields that may come once only. */
const unique: ReadonlySet<string> = new Set([
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'if-match',
  'if-none-match',
  'content-length',
  'content-range',
  'if-range',
  'transfer-encoding',
  'expect',
  'authorization',
])

/** Judges a head. */
export function admit(head: HeadReader, names: ServerNames<Server>): Admission {
  const admission: Admission = {
    server: names.fallback,
    host: '',
    port: 0,
    uri: '',
    args: '',
    bodyLength: 0,
    expectsContinue: false,
    keepAlive: head.version === 11,
    failure: undefined,
    bindHost: undefined,
  }
  try {
    selectServer(head, names, admission)
    checkFields(head, admission)
    const normal = normalizeUri(head.target, admission.server.settings.mergeSlashes)
    if (normal === undefined) throw new HeadError(400, 'client sent invalid request while reading client request line')
    admission.uri = normal.path
    admission.args = normal.args
  } catch (error) {
    if (!(error instanceof HeadError)) throw error
    admission.failure = error
  }
  return admission
}

function selectServer(head: HeadReader, names: ServerNames<Server>, admission: Admission): void {
  const sent = head.headers.get('host')
  const text = head.targetHost ?? sent
  if (text === undefined) {
    if (head.version === 11)
      throw new HeadError(
        400,
        'client sent HTTP/1.1 request without "Host" header while reading client request headers',
      )
    admission.server = names.find('')
    return
  }
  const host = parseHost(text)
  if (host === undefined || (sent !== undefined && sent !== text && parseHost(sent) === undefined)) {
    throw new HeadError(400, 'client sent invalid host header while reading client request headers')
  }
  admission.host = host.name
  admission.port = host.port
  admission.server = names.hasRegexes
    ? names.find(host.name, (captures, name) => bindCaptures(admission, captures, name))
    : names.find(host.name)
}

function bindCaptures(admission: Admission, captures: RegExpExecArray, name: RegexName): void {
  admission.bindHost = (request) => {
    request.captures = captures
    if (captures.groups !== undefined) for (const bind of name.bind) bind(request, captures.groups)
  }
}

function checkFields(head: HeadReader, admission: Admission): void {
  const { headers } = head
  let length: string | undefined
  let encoding: string | undefined
  for (let i = 0; i < headers.size; i++) {
    const size = headers.nameLength(i)
    if (size === 10 && headers.nameIs(i, 'connection')) applyConnection(headers.value(i), admission)
    else if (size === 14 && headers.nameIs(i, 'content-length')) length = headers.value(i)
    else if (size === 17 && headers.nameIs(i, 'transfer-encoding')) encoding = headers.value(i)
    else if (size === 6 && headers.nameIs(i, 'expect')) {
      admission.expectsContinue = head.version === 11 && headers.value(i).toLowerCase() === '100-continue'
    }
  }
  refuseDuplicates(headers)
  if (length !== undefined) {
    if (!/^\d{1,15}$/.test(length))
      throw new HeadError(400, 'client sent invalid "Content-Length" header while reading client request headers')
    admission.bodyLength = Number(length)
  }
  if (encoding !== undefined) applyEncoding(head, encoding, length, admission)
  if (head.method === 'TRACE') throw new HeadError(405, 'client sent TRACE method while reading client request headers')
}

function refuseDuplicates(headers: HeaderFields): void {
  if (headers.size < 2) return
  for (let i = 0; i < headers.size; i++) {
    const size = headers.nameLength(i)
    if (size !== 4 && size !== 6 && size !== 8 && size < 12) continue
    const name = headers.lowerName(i)
    if (unique.has(name) && headers.indexOf(name, i + 1) !== -1) {
      throw new HeadError(
        400,
        `client sent duplicate header line: "${headers.name(i)}" while reading client request headers`,
      )
    }
  }
}

function applyConnection(value: string, admission: Admission): void {
  const text = value.toLowerCase()
  if (text.includes('close')) admission.keepAlive = false
  else if (text.includes('keep-alive')) admission.keepAlive = true
}

function applyEncoding(head: HeadReader, encoding: string, length: string | undefined, admission: Admission): void {
  if (head.version < 11)
    throw new HeadError(
      400,
      'client sent HTTP/1.0 request with "Transfer-Encoding" header while reading client request headers',
    )
  if (encoding.toLowerCase() !== 'chunked')
    throw new HeadError(501, 'client sent unknown "Transfer-Encoding" while reading client request headers')
  if (length !== undefined) {
    throw new HeadError(
      400,
      'client sent "Content-Length" and "Transfer-Encoding" headers at the same time while reading client request headers',
    )
  }
  admission.bodyLength = -1
}
