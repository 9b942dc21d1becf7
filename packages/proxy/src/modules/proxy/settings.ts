/** What a location says about proxying, and the head of the request made from it. */
import { fieldValue, requestLinePart } from '../../http/field-value.ts'
import type { Request } from '../../http/request.ts'
import { escapeUri } from '../../http/uri.ts'
import type { Forwarding } from '../../upstream/forwarding.ts'
import type { Value } from '../../model/value.ts'

/** A `proxy_set_header`. */
export interface SetHeader {
  readonly name: string
  readonly lowerName: string
  readonly value: Value
}

/** A `proxy_pass`: the server and, when the URL has one, the URI that takes the place of the location's prefix. */
export interface Target {
  /** As it stands in the configuration, for `$proxy_host`. */
  readonly host: string
  readonly uri: string
}

/** What makes the head. */
export interface HeadSettings {
  readonly setHeaders: readonly SetHeader[]
  /** Fields of the client that are not passed on. */
  readonly replaced: ReadonlySet<string>
  readonly setsHost: boolean
  readonly setsConnection: boolean
  readonly minorVersion: 0 | 1
  readonly passesHeaders: boolean
}

/** Fields of the client that stay behind unless `proxy_set_header` sets them. */
export const ownFields: readonly string[] = [
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'te',
  'keep-alive',
  'expect',
  'upgrade',
]

/** The URI for the upstream. */
export function upstreamUri(request: Request, target: Target, hasVariables: boolean): string {
  const args = request.args === '' ? '' : `?${request.args}`
  if (target.uri === '') return request.uriIsOriginal ? request.target : escapeUri(request.uri) + args
  if (hasVariables) return target.uri
  if (!request.locationIsValid) return escapeUri(request.uri) + args
  const rest = request.uri.slice(request.location.name.text.length)
  return target.uri + escapeUri(rest) + args
}

/** The head of the request to the upstream. */
export function encodeHead(forwarding: Forwarding, settings: HeadSettings, uri: string, host: string): string {
  const { request, bodySize, route } = forwarding
  let text = `${requestLinePart(route.method)} ${requestLinePart(uri)} HTTP/1.${settings.minorVersion}\r\n`
  if (!settings.setsHost) text += `Host: ${host.startsWith('unix:') ? 'localhost' : fieldValue(host)}\r\n`
  if (!settings.setsConnection && settings.minorVersion === 0) text += 'Connection: close\r\n'
  for (const { name, value } of settings.setHeaders) {
    const content = value.read(request)
    if (content !== '') text += `${name}: ${fieldValue(content)}\r\n`
  }
  if (bodySize < 0) text += 'Transfer-Encoding: chunked\r\n'
  else if (bodySize > 0 || request.headers.has('content-length')) text += `Content-Length: ${bodySize}\r\n`
  if (settings.passesHeaders) {
    const { headers } = request
    for (let i = 0; i < headers.size; i++) {
      if (!settings.replaced.has(headers.lowerName(i))) text += `${headers.name(i)}: ${headers.value(i)}\r\n`
    }
  }
  return `${text}\r\n`
}
