/**
 * A real http.IncomingMessage over an environ. Frameworks swap its prototype (Express does), so what differs from Node's
 * own is an own property: `_read`, which draws from `tsgi.input` as fast as the listener reads.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Environ, Input } from '../contract.ts'
import { asError } from '../gateway-error.ts'
import { requestHeaders } from '../server/request-headers.ts'
import { requestTarget } from '../server/target.ts'
import { http } from '../node-http.ts'
import type { GatewaySocket } from './socket.ts'

const inputKey: unique symbol = Symbol('trivet.input')

/** The members of Node's IncomingMessage that its types leave out. */
interface Incoming extends IncomingMessage, Mounted {
  _readableState: { readingMore: boolean }
  _consuming: boolean
  [inputKey]: Input
  _addHeaderLines(headers: readonly string[], count: number): void
}

/** What Connect's convention adds when a listener is mounted below a path. */
interface Mounted {
  originalUrl?: string
  baseUrl?: string
}

/** A request as a Node listener expects it; below SCRIPT_NAME, `url` is the rest and `originalUrl` the whole. */
export function incomingMessage(environ: Environ, socket: GatewaySocket): IncomingMessage {
  const request = new http.IncomingMessage(socket as unknown as Socket) as Incoming
  const version = environ.SERVER_PROTOCOL.endsWith('1.0') ? 0 : 1
  request.httpVersionMajor = 1
  request.httpVersionMinor = version
  request.httpVersion = version === 0 ? '1.0' : '1.1'
  request.method = environ.REQUEST_METHOD
  request.url = requestTarget(environ)
  if (environ.SCRIPT_NAME !== '') mount(request, environ)
  const raw = rawHeaders(environ)
  // As Node's parser does: `headers` is made from these when it is first asked for.
  request._addHeaderLines(raw, raw.length)
  const { buffered } = environ['tsgi.input']
  // Node's constructor holds reading back until its own _read is called for the first time.
  request._readableState.readingMore = false
  request._consuming = true
  request[inputKey] = environ['tsgi.input']
  request._read = buffered === undefined ? readFirst : readWhole
  return request
}

function mount(request: Incoming, environ: Environ): void {
  request.originalUrl = request.url ?? ''
  request.baseUrl = environ.SCRIPT_NAME
  const below = requestTarget({ ...environ, SCRIPT_NAME: '' })
  request.url = below.startsWith('/') ? below : `/${below}`
}

function rawHeaders(environ: Environ): string[] {
  const headers: string[] = []
  for (const field of requestHeaders(environ)) headers.push(field[0], field[1])
  // A chunked body arrives decoded and without a length; this is how body parsers learn that there is one.
  if (environ.CONTENT_LENGTH === undefined && environ['HTTP_TRANSFER_ENCODING'] === undefined && mayHaveBody(environ)) {
    headers.push('transfer-encoding', 'chunked')
  }
  return headers
}

function mayHaveBody(environ: Environ): boolean {
  const { buffered } = environ['tsgi.input']
  return buffered === undefined || buffered.length > 0
}

function readWhole(this: IncomingMessage): void {
  const body = (this as Incoming)[inputKey].buffered
  if (body !== undefined && body.length > 0) this.push(body)
  finish(this)
}

function readFirst(this: IncomingMessage): void {
  const iterator = (this as Incoming)[inputKey][Symbol.asyncIterator]()
  this._read = () => {
    void iterator.next().then(
      (step) => (step.done === true ? finish(this) : void this.push(step.value)),
      (error: unknown) => void this.destroy(asError(error)),
    )
  }
  this._read(0)
}

function finish(request: IncomingMessage): void {
  request.complete = true
  request.push(null)
}
