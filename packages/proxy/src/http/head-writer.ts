/** The response's head as one latin-1 string, in nginx's order; decides how the body is framed and how fast it goes. */
import { httpDate } from '@trivet/http1'
import { sizeOf } from '../model/value.ts'
import { debugAnswer } from './debug.ts'
import { fieldValue, uriValue } from './field-value.ts'
import { Pacer } from './pacer.ts'
import type { Request } from './request.ts'
import { statusText } from './status.ts'

/** Runs the header filters; false when one of them has answered in another way. */
export function filterHead(request: Request): boolean {
  const { out } = request
  if (request.forcedStatus > 0) {
    out.status = request.forcedStatus
    out.statusLine = undefined
  }
  for (const filter of request.location.headerFilters) {
    const replacement = filter(request)
    if (replacement === 0) continue
    request.finalize(replacement)
    return false
  }
  request.headSent = true
  return true
}

/** Runs the header filters and sends the head. */
export function writeHead(request: Request): boolean {
  if (!filterHead(request)) return false
  const { out } = request
  startPacing(request)
  if (request.method === 'HEAD') request.headOnly = true
  if (request.version === 9) {
    request.keepAlive = false
    return true
  }
  const { core } = request.location
  const { status } = out
  const bodiless = status === 204 || status === 304 || status < 200
  if (bodiless) request.headOnly = true
  const mayChunk = request.version === 11 && core.chunkedTransferEncoding
  // Trailers need chunks, whether the size is known or not.
  if (out.lateTrailers !== undefined && mayChunk && !bodiless) out.contentLength = -1
  if (status === 204) {
    out.contentType = undefined
    out.contentLength = -1
  }
  // The page of an error is as old as the error.
  if (status !== 200 && status !== 206 && status !== 304) out.lastModified = undefined
  if (out.contentLength < 0 && !bodiless) {
    if (mayChunk) request.chunked = true
    else if (request.method !== 'HEAD') request.keepAlive = false
  }
  if (request.body.endContinue() || request.connection.service.draining) request.keepAlive = false
  const head = `${firstLines(request)}${ownLines(request)}${listedLines(out)}\r\n`
  if (request.connection.isDebugged) debugAnswer(request, head)
  request.sendRaw(head)
  return true
}

/** From here on `limit_rate` holds. */
function startPacing(request: Request): void {
  const { limitRate, limitRateAfter } = request.location.core
  const rate = request.limitRate ?? sizeOf(limitRate, request)
  if (rate > 0) request.pacer = new Pacer(request, rate, sizeOf(limitRateAfter, request))
}

/** The end of a chunked body: the last chunk and the trailers, those of `add_trailer` as their variables now are. */
export function lastChunk(request: Request): string {
  const { out } = request
  for (const [name, value] of out.lateTrailers ?? []) {
    const text = value.read(request)
    if (text !== '') (out.trailers ??= []).push([name, text])
  }
  let text = '0\r\n'
  for (const [name, value] of out.trailers ?? []) text += `${name}: ${fieldValue(value)}\r\n`
  return `${text}\r\n`
}

/** How the last answer began that was the proxy's own: most of a second begin alike. */
let usual = { status: 0, server: '', date: '', text: '' }

/** The status line, `Server` and `Date`. */
function firstLines({ out, location }: Request): string {
  const { status, statusLine, places } = out
  const server = out.server ?? location.core.serverHeader
  const date = out.date ?? httpDate()
  if (statusLine === undefined && places === undefined) {
    if (usual.status !== status || usual.date !== date || usual.server !== server) {
      const text = `HTTP/1.1 ${statusText(status)}\r\nServer: ${server}\r\nDate: ${date}\r\n`
      // By way of a buffer it is one string, and no longer a tree of pieces that each write goes through.
      usual = { status, server, date, text: Buffer.from(text, 'latin1').toString('latin1') }
    }
    return usual.text
  }
  let text = `HTTP/1.1 ${statusLine ?? statusText(status)}\r\n`
  if (places?.has('server') !== true) text += `Server: ${server}\r\n`
  if (places?.has('date') !== true) text += `Date: ${date}\r\n`
  return text
}

/** The other fields nginx writes itself, in its order. */
function ownLines(request: Request): string {
  const { out } = request
  const { core } = request.location
  const { status, contentType, charset, places } = out
  let text = ''
  if (contentType !== undefined && contentType !== '')
    text += `Content-Type: ${typeValue(charset === undefined ? contentType : `${contentType}; charset=${charset}`)}\r\n`
  if (out.contentLength >= 0 && status !== 304) text += `Content-Length: ${out.contentLength}\r\n`
  if (out.lastModified !== undefined && places?.has('last-modified') !== true)
    text += `Last-Modified: ${out.lastModified}\r\n`
  const location = places?.has('location') === true ? undefined : out.location
  const isOwn = location !== undefined && isCompleted(request, location)
  if (isOwn) text += `Location: ${uriValue(completed(request, location))}\r\n`
  if (request.chunked) text += 'Transfer-Encoding: chunked\r\n'
  if (status === 101) text += 'Connection: upgrade\r\n'
  else if (request.keepAlive) {
    text += 'Connection: keep-alive\r\n'
    if (core.keepaliveHeader > 0) text += `Keep-Alive: timeout=${core.keepaliveHeader}\r\n`
  } else text += 'Connection: close\r\n'
  if (location !== undefined && !isOwn) text += `Location: ${uriValue(location)}\r\n`
  if (out.etag !== undefined && places?.has('etag') !== true) text += `ETag: ${out.etag}\r\n`
  return text
}

let lastType = ''

/** The value of a Content-Type: the last one need not be looked through again. */
function typeValue(text: string): string {
  if (text !== lastType) lastType = fieldValue(text)
  return lastType
}

/** All else. */
function listedLines(out: Request['out']): string {
  const { names, values } = out
  let text = ''
  for (let i = 0; i < names.length; i++) {
    const name = names[i] ?? ''
    const value = values[i] ?? placed(out, name)
    if (value !== undefined) text += `${name}: ${fieldValue(value)}\r\n`
  }
  return text
}

/** A field of the engine's that stands where the upstream had it; filters may have changed it, or taken it away. */
function placed(out: Request['out'], name: string): string | undefined {
  const lower = name.toLowerCase()
  if (lower === 'location') return out.location === undefined ? undefined : uriValue(out.location)
  if (lower === 'last-modified') return out.lastModified
  if (lower === 'etag') return out.etag
  return lower === 'server' ? out.server : out.date
}

/** nginx completes a Location that is only a path, unless told not to; of `//other/` browsers would make another host. */
function isCompleted(request: Request, location: string): boolean {
  return location.startsWith('/') && request.location.core.absoluteRedirect
}

function completed(request: Request, location: string): string {
  const { core } = request.location
  const { connection } = request
  const host = core.serverNameInRedirect
    ? request.server.name
    : request.host !== ''
      ? request.host
      : connection.localHost
  const ownPort = connection.localPort
  const port = core.portInRedirect && ownPort !== 80 && ownPort !== 0 ? `:${ownPort}` : ''
  return `http://${host}${port}${location}`
}
