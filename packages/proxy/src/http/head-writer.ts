/** The response's head as one latin-1 string, in nginx's order; decides how the body is framed. */
import { httpDate } from '@trivet/http1'
import { fieldValue, uriValue } from './field-value.ts'
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
  request.startPacing()
  if (request.method === 'HEAD') request.headOnly = true
  if (request.version === 9) {
    request.keepAlive = false
    return true
  }
  const { core } = request.location
  const { status } = out
  const bodiless = status === 204 || status === 304 || status < 200
  if (bodiless) request.headOnly = true
  let text = `HTTP/1.1 ${out.statusLine ?? statusText(status)}\r\nServer: ${out.server ?? core.serverHeader}\r\nDate: ${out.date ?? httpDate()}\r\n`
  const mayChunk = request.version === 11 && core.chunkedTransferEncoding
  // Trailers need chunks, whether the size is known or not.
  if (out.lateTrailers !== undefined && mayChunk && !bodiless) out.contentLength = -1
  if (status === 204) {
    out.contentType = undefined
    out.contentLength = -1
    out.lastModified = undefined
  }
  if (out.contentType !== undefined && out.contentType !== '') {
    text +=
      out.charset === undefined
        ? `Content-Type: ${fieldValue(out.contentType)}\r\n`
        : `Content-Type: ${fieldValue(`${out.contentType}; charset=${out.charset}`)}\r\n`
  }
  if (out.contentLength >= 0 && status !== 304) text += `Content-Length: ${out.contentLength}\r\n`
  if (out.lastModified !== undefined) text += `Last-Modified: ${out.lastModified}\r\n`
  if (out.location !== undefined) text += `Location: ${uriValue(absoluteLocation(request, out.location))}\r\n`
  if (out.contentLength < 0 && !bodiless) {
    if (mayChunk) {
      request.chunked = true
      text += 'Transfer-Encoding: chunked\r\n'
    } else if (request.method !== 'HEAD') request.keepAlive = false
  }
  if (request.connection.service.draining) request.keepAlive = false
  if (status === 101) text += 'Connection: upgrade\r\n'
  else if (request.keepAlive) {
    text += 'Connection: keep-alive\r\n'
    if (core.keepaliveHeader > 0) text += `Keep-Alive: timeout=${core.keepaliveHeader}\r\n`
  } else text += 'Connection: close\r\n'
  if (out.etag !== undefined) text += `ETag: ${out.etag}\r\n`
  const { names, values } = out
  for (let i = 0; i < names.length; i++) text += `${names[i]}: ${fieldValue(values[i] ?? '')}\r\n`
  request.sendRaw(`${text}\r\n`)
  return true
}

/** nginx completes a Location that is only a path, unless told not to. */
function absoluteLocation(request: Request, location: string): string {
  const { core } = request.location
  if (!location.startsWith('/') || !core.absoluteRedirect || location.startsWith('//')) return location
  const { connection } = request
  const host = core.serverNameInRedirect
    ? request.server.name
    : request.host !== ''
      ? request.host
      : connection.localHost
  const ownPort = core.serverNameInRedirect || request.host !== '' ? connection.localPort : connection.localPort
  const port = core.portInRedirect && ownPort !== 80 && ownPort !== 0 ? `:${ownPort}` : ''
  return `http://${host}${port}${location}`
}
