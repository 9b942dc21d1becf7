/** An upstream's head becomes the answer's: hop-by-hop fields stay behind, X-Accel-* are obeyed, the rest is copied. */
import type { ResponseHead } from '@trivet/http1'
import { internalRedirect, namedRedirect } from '../http/engine.ts'
import type { Request } from '../http/request.ts'
import { httpTime } from '../http/time.ts'
import { splitUnsafe } from '../http/uri.ts'
import type { Forwarding } from './forwarding.ts'

/** Copies the head; returns what to do instead of sending it when the upstream redirects inside the proxy. */
export function copyHead(forwarding: Forwarding, head: ResponseHead): ((request: Request) => void) | undefined {
  const { request, route } = forwarding
  const { settings } = route
  const { out } = request
  const { headers } = head
  const rate = settings.ignoreHeaders.has('x-accel-limit-rate') ? undefined : headers.get('x-accel-limit-rate')
  if (rate !== undefined && /^\d+$/.test(rate)) request.limitRate = Number(rate)
  if (headers.has('x-accel-redirect') && !settings.ignoreHeaders.has('x-accel-redirect'))
    return accelRedirect(forwarding, head)
  out.status = head.status
  out.statusLine = head.reason === '' ? undefined : `${head.status} ${head.reason}`
  request.disablesNotModified = true
  for (let i = 0; i < headers.size; i++) {
    const name = headers.lowerName(i)
    if (settings.hidden.has(name)) {
      if (name === 'x-accel-charset' && !settings.ignoreHeaders.has(name)) out.charset = headers.value(i)
      continue
    }
    if (single.has(name) && headers.indexOf(name) !== i) {
      request.log(
        'warn',
        `upstream sent duplicate header line: "${headers.name(i)}: ${headers.value(i)}", ignored while reading response header from upstream`,
      )
      continue
    }
    copyField(forwarding, name, headers.name(i), headers.value(i))
  }
  if (head.contentLength !== undefined) out.contentLength = head.contentLength
  return undefined
}

/** Fields of which an answer may have one. */
const single: ReadonlySet<string> = new Set([
  'content-type',
  'date',
  'server',
  'location',
  'refresh',
  'expires',
  'last-modified',
  'etag',
  'accept-ranges',
  'content-range',
  'content-disposition',
])

function copyField(forwarding: Forwarding, lowerName: string, name: string, value: string): void {
  const { request, route } = forwarding
  const { out } = request
  switch (lowerName) {
    case 'connection':
    case 'keep-alive':
    case 'transfer-encoding':
    case 'content-length':
    case 'status':
    case 'uwsgi-keepalive':
      return
    case 'content-type':
      out.contentType = value
      return
    case 'date':
      out.date = value
      out.place(name)
      return
    case 'server':
      out.server = value
      out.place(name)
      return
    case 'last-modified':
      out.lastModified = value
      out.lastModifiedTime = httpTime(value)
      out.place(name)
      return
    case 'etag':
      out.etag = value
      out.place(name)
      return
    case 'location':
      copyLocation(forwarding, name, value)
      return
    case 'refresh':
      out.add(name, rewriteRefresh(forwarding, value))
      return
    case 'set-cookie':
      out.add(name, route.rewriteCookie === undefined ? value : route.rewriteCookie(request, value))
      return
    default:
      out.add(name, value)
  }
}

/** A relative Location that no `proxy_redirect` changed stays as the upstream wrote it; `absolute_redirect` is about the proxy's own. */
function copyLocation({ request, route }: Forwarding, name: string, value: string): void {
  const rewritten = route.rewriteLocation === undefined ? value : route.rewriteLocation(request, value)
  if (rewritten === value && value.startsWith('/')) request.out.add(name, value)
  else {
    request.out.location = rewritten
    if (!rewritten.startsWith('/')) request.out.place(name)
  }
}

function rewriteRefresh({ request, route }: Forwarding, value: string): string {
  const match = /^(.*?url=)(.*)$/is.exec(value)
  if (match === null || route.rewriteLocation === undefined) return value
  return `${match[1] ?? ''}${route.rewriteLocation(request, match[2] ?? '')}`
}

/** Fields of the answer that stay when another one takes its place. */
const kept: ReadonlySet<string> = new Set([
  'set-cookie',
  'content-disposition',
  'cache-control',
  'expires',
  'accept-ranges',
  'x-accel-expires',
])

function accelRedirect({ request, route }: Forwarding, head: ResponseHead): (request: Request) => void {
  const { headers } = head
  const { out } = request
  for (let i = 0; i < headers.size; i++) {
    const name = headers.lowerName(i)
    if (name === 'content-type') out.contentType = headers.value(i)
    else if (kept.has(name) && !route.settings.hidden.has(name)) {
      out.add(
        headers.name(i),
        name === 'set-cookie' && route.rewriteCookie !== undefined
          ? route.rewriteCookie(request, headers.value(i))
          : headers.value(i),
      )
    }
  }
  const target = headers.get('x-accel-redirect') ?? ''
  if (target.startsWith('@')) return (redirected) => namedRedirect(redirected, target)
  if (request.method !== 'HEAD') request.method = 'GET'
  return (redirected) => redirectTo(redirected, target)
}

function redirectTo(request: Request, target: string): void {
  const safe = splitUnsafe(target)
  if (safe === undefined) {
    request.log('error', `unsafe URI "${target}" was detected`)
    request.finalize(404)
    return
  }
  internalRedirect(request, safe.path, safe.args)
}
