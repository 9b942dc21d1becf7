/** An upstream's head becomes the answer's: hop-by-hop fields stay behind, X-Accel-* are obeyed, the rest is copied. */
import type { ResponseHead } from '@trivet/http1'
import { internalRedirect, namedRedirect } from '../http/engine.ts'
import type { Request } from '../http/request.ts'
import type { ResponseHeaders } from '../http/response-headers.ts'
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
    const rule = fieldRules.get(name)
    if (rule?.isSingle === true && headers.indexOf(name) !== i) {
      request.log(
        'warn',
        `upstream sent duplicate header line: "${headers.name(i)}: ${headers.value(i)}", ignored while reading response header from upstream`,
      )
      continue
    }
    if (rule?.copy === undefined) out.add(headers.name(i), headers.value(i))
    else rule.copy(forwarding, headers.name(i), headers.value(i))
  }
  if (head.contentLength !== undefined) out.contentLength = head.contentLength
  return undefined
}

/** What becomes of a field of an upstream's. */
interface FieldRule {
  /** An answer may have one such field. */
  readonly isSingle?: boolean
  /** Instead of adding it as it is. */
  readonly copy?: (forwarding: Forwarding, name: string, value: string) => void
}

/** Fields about the connection to the upstream and the framing of its answer. */
const staysBehind: FieldRule = { copy: () => {} }

const fieldRules: ReadonlyMap<string, FieldRule> = new Map<string, FieldRule>([
  ['connection', staysBehind],
  ['keep-alive', staysBehind],
  ['transfer-encoding', staysBehind],
  ['content-length', staysBehind],
  ['status', staysBehind],
  ['uwsgi-keepalive', staysBehind],
  ['content-type', { isSingle: true, copy: ({ request }, _name, value) => (request.out.contentType = value) }],
  ['date', { isSingle: true, copy: ({ request }, name, value) => copyOwn(request.out, 'date', name, value) }],
  ['server', { isSingle: true, copy: ({ request }, name, value) => copyOwn(request.out, 'server', name, value) }],
  ['etag', { isSingle: true, copy: ({ request }, name, value) => copyOwn(request.out, 'etag', name, value) }],
  ['last-modified', { isSingle: true, copy: copyLastModified }],
  ['location', { isSingle: true, copy: copyLocation }],
  ['refresh', { isSingle: true, copy: copyRefresh }],
  ['set-cookie', { copy: copyCookie }],
  ['expires', { isSingle: true }],
  ['accept-ranges', { isSingle: true }],
  ['content-range', { isSingle: true }],
  ['content-disposition', { isSingle: true }],
])

/** A field the proxy writes itself otherwise; it stays in its place among the upstream's. */
function copyOwn(
  out: ResponseHeaders,
  field: 'date' | 'server' | 'etag' | 'lastModified',
  name: string,
  value: string,
): void {
  out[field] = value
  out.place(name)
}

function copyLastModified({ request }: Forwarding, name: string, value: string): void {
  request.out.lastModifiedTime = httpTime(value)
  copyOwn(request.out, 'lastModified', name, value)
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

function copyRefresh({ request, route }: Forwarding, name: string, value: string): void {
  const match = route.rewriteLocation === undefined ? null : /^(.*?url=)(.*)$/is.exec(value)
  request.out.add(
    name,
    match === null ? value : `${match[1] ?? ''}${route.rewriteLocation?.(request, match[2] ?? '') ?? ''}`,
  )
}

function copyCookie({ request, route }: Forwarding, name: string, value: string): void {
  request.out.add(name, route.rewriteCookie === undefined ? value : route.rewriteCookie(request, value))
}

/** Whether `error_page` takes the place of the answer (`*_intercept_errors`); the challenge of a 401 stays. */
export function isIntercepted({ request, route }: Forwarding, { status, headers }: ResponseHead): boolean {
  if (status < 300 || !route.settings.interceptErrors) return false
  if (!request.location.core.errorPages.some((page) => page.status === status)) return false
  if (status === 401)
    for (const challenge of headers.getAll('www-authenticate')) request.out.add('WWW-Authenticate', challenge)
  return true
}

/** Fields of the answer that stay when another one takes its place. */
const kept: ReadonlySet<string> = new Set([
  'content-disposition',
  'cache-control',
  'expires',
  'accept-ranges',
  'x-accel-expires',
])

function accelRedirect(forwarding: Forwarding, head: ResponseHead): (request: Request) => void {
  const { request, route } = forwarding
  const { headers } = head
  const { out } = request
  for (let i = 0; i < headers.size; i++) {
    const name = headers.lowerName(i)
    if (name === 'content-type') out.contentType = headers.value(i)
    else if (name === 'set-cookie' && !route.settings.hidden.has(name))
      copyCookie(forwarding, headers.name(i), headers.value(i))
    else if (kept.has(name) && !route.settings.hidden.has(name)) out.add(headers.name(i), headers.value(i))
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
