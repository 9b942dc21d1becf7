/** A request head in CGI's terms (RFC 3875 section 4.1): names once mapped are cached, values are sliced once. */
import type { Socket } from 'node:net'
import type { Environ, Errors, Input } from '@trivet/gateway'
import { decodePath, fileWrapper, headerKey, type Disconnect } from '@trivet/gateway/server'
import type { RequestHead } from '../codec/head.ts'
import { splitTarget } from '../codec/target.ts'
import type { Settings } from './options.ts'

/** What is the same for all requests of a connection. */
export interface Surroundings {
  /** The client, as logs show it. */
  readonly client: string
  readonly remoteAddress: string | undefined
  readonly remotePort: string | undefined
  readonly serverName: string
  readonly serverPort: string
  readonly errors: Errors
  readonly multiprocess: boolean
  readonly extra: Readonly<Record<string, unknown>> | undefined
}

/** What a connection says about its requests. */
export function surroundingsOf(socket: Socket, settings: Settings): Surroundings {
  const { remoteAddress, remotePort } = socket
  return {
    client: remoteAddress === undefined ? 'unix' : `${remoteAddress}:${remotePort}`,
    remoteAddress,
    remotePort: remotePort === undefined ? undefined : String(remotePort),
    serverName: socket.localAddress ?? 'localhost',
    serverPort: String(socket.localPort ?? 80),
    errors: settings.errors,
    multiprocess: settings.multiprocess,
    extra: settings.environ,
  }
}

const version = [1, 0] as const

/** A Host without its port; may be empty, as in `Host: :80`. */
function hostName(host: string): string {
  const colon = host.lastIndexOf(':')
  return colon > host.lastIndexOf(']') ? host.slice(0, colon) : host
}

/** A fresh environ for one request. */
export function makeEnviron(head: RequestHead, around: Surroundings, input: Input, disconnect: Disconnect): Environ {
  const target = splitTarget(head.method, head.target)
  const environ: Environ = {
    REQUEST_METHOD: head.method,
    SCRIPT_NAME: '',
    PATH_INFO: head.target === '*' ? '*' : decodePath(target.path),
    QUERY_STRING: target.query,
    SERVER_NAME: around.serverName,
    SERVER_PORT: around.serverPort,
    SERVER_PROTOCOL: head.minorVersion === 1 ? 'HTTP/1.1' : 'HTTP/1.0',
    REQUEST_URI: head.target,
    'tsgi.version': version,
    'tsgi.url_scheme': 'http',
    'tsgi.input': input,
    'tsgi.errors': around.errors,
    'tsgi.multithread': false,
    'tsgi.multiprocess': around.multiprocess,
    'tsgi.run_once': false,
    'tsgi.signal': disconnect.signal,
    'tsgi.file_wrapper': fileWrapper,
  }
  if (around.remoteAddress !== undefined) environ.REMOTE_ADDR = around.remoteAddress
  if (around.remotePort !== undefined) environ.REMOTE_PORT = around.remotePort
  addHeaders(environ, head)
  if (target.authority !== undefined) environ['HTTP_HOST'] = target.authority
  const name = hostName(environ['HTTP_HOST'] ?? '')
  if (name !== '') environ.SERVER_NAME = name
  const bodiless = !head.chunked && (head.contentLength ?? 0) === 0
  if (head.upgrade !== undefined && bodiless) environ['tsgi.protocol'] = offers(head.upgrade)
  if (environ['HTTP_TE'] !== undefined && head.minorVersion === 1) {
    environ['tsgi.trailers'] = /(?:^|,)[\t ]*trailers[\t ]*(?:,|$)/i.test(environ['HTTP_TE'])
  }
  if (around.extra !== undefined) Object.assign(environ, around.extra)
  return environ
}

function addHeaders(environ: Environ, { headers }: RequestHead): void {
  for (let i = 0; i < headers.size; i++) {
    const key = headerKey(headers.name(i))
    const before = environ[key as `HTTP_${string}`]
    const value = headers.value(i)
    if (before === undefined) environ[key as `HTTP_${string}`] = value
    else environ[key as `HTTP_${string}`] = `${before}${key === 'HTTP_COOKIE' ? '; ' : ', '}${value}`
  }
  // Many programs take HTTP_PROXY for their own setting (CVE-2016-5385); and the chunked coding is undone already.
  if (environ['HTTP_PROXY'] !== undefined) delete environ['HTTP_PROXY']
  if (environ['HTTP_TRANSFER_ENCODING'] !== undefined) delete environ['HTTP_TRANSFER_ENCODING']
}

function offers(upgrade: string): readonly string[] {
  return upgrade.split(',').map((name) => name.trim().toLowerCase())
}
