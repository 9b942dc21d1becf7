/** `proxy_pass` and its directives: requests go on to HTTP servers. */
import type { Report } from '../../language/diagnostic.ts'
import type { Context, Directive } from '../../language/directive.ts'
import { choiceRow } from '../../language/rows.ts'
import type { Statement } from '../../language/statement.ts'
import type { Request } from '../../http/request.ts'
import { taken, type Attachment, type Module } from '../../model/module.ts'
import { compilePattern, type Pattern } from '../../model/pattern.ts'
import { acceptedRow, compileAt, row, textOf, textsOf, textValueRow } from '../../model/row.ts'
import { autoRedirectSetting, LocationScope, type LevelScope } from '../../model/scope.ts'
import { setting, type Setting } from '../../model/setting.ts'
import { constantValue, type Value } from '../../model/value.ts'
import { Forwarding } from '../../upstream/forwarding.ts'
import { groupsOf, poolFinder } from '../../upstream/groups.ts'
import type { PeerGroup } from '../../upstream/peers.ts'
import { findServers, type Finder } from '../../upstream/resolution.ts'
import { upstreamRows } from '../../upstream/settings.ts'
import { resolverOf } from '../core/resolver.ts'
import { httpProtocol } from './protocol.ts'
import type { CookieFlags, Replacement } from './rewriting.ts'
import { HttpRoute, type LocationProxy } from './route.ts'
import { ownFields, type SetHeader, type Target } from './settings.ts'

const hidden = [
  'date',
  'server',
  'x-pad',
  'x-accel-expires',
  'x-accel-redirect',
  'x-accel-limit-rate',
  'x-accel-buffering',
  'x-accel-charset',
]
const shared = upstreamRows('proxy', hidden)
const passContexts: readonly Context[] = ['location', 'if in location', 'limit_except']

const pass = setting<Value | undefined>('proxy_pass', undefined, 'nameless')
const setHeader = setting<readonly SetHeader[]>('proxy_set_header', [])
const method = setting<Value | undefined>('proxy_method', undefined)
const setBody = setting<Value | undefined>('proxy_set_body', undefined)
const httpVersion = setting<'1.0' | '1.1'>('proxy_http_version', '1.1')
const redirects = setting<readonly Replacement[] | 'default' | 'off'>('proxy_redirect', 'default')
const cookieDomains = setting<readonly Replacement[]>('proxy_cookie_domain', [])
const cookiePaths = setting<readonly Replacement[]>('proxy_cookie_path', [])
const cookieFlags = setting<readonly CookieFlags[]>('proxy_cookie_flags', [])

/** Takes `http://host:port/uri` apart; undefined when it is another scheme or nothing at all. */
function parseTarget(url: string): Target | undefined {
  const match = /^http:\/\/(unix:[^:]+:?|[^/?#]+)(.*)$/is.exec(url)
  if (match === null) return undefined
  const uri = match[2] ?? ''
  return { host: match[1] ?? '', uri: uri === '' || uri.startsWith('/') ? uri : `/${uri}` }
}

function applyPass(scope: LevelScope, statement: Statement, report: Report): void {
  const [word] = statement.args
  if (word === undefined || !(scope instanceof LocationScope)) return
  const value = compileAt(word, scope, report)
  if (value === undefined) return
  if (/^https:/i.test(word.text))
    report.emerg('TLS toward upstreams is not supported yet: `proxy_pass https://` comes later', word.place)
  const target = value.constant === undefined ? undefined : parseTarget(value.constant)
  if (value.constant !== undefined && target === undefined && !/^https:/i.test(word.text))
    report.emerg('invalid URL prefix', word.place)
  if (
    target !== undefined &&
    target.uri !== '' &&
    (scope.context !== 'location' || scope.name.kind === 'regex' || scope.name.kind === 'named')
  ) {
    report.emerg(
      '"proxy_pass" cannot have URI part in location given by regular expression, or inside named location, or inside "if" statement, or inside "limit_except" block',
      word.place,
    )
  }
  scope.set(pass, value)
  scope.set(autoRedirectSetting, true)
}

function matcher(
  text: string,
  statement: Statement,
  scope: LevelScope,
  report: Report,
  alwaysIgnoresCase: boolean,
): Value | Pattern | undefined {
  const [word] = statement.args
  if (word === undefined) return undefined
  if (!text.startsWith('~')) return compileAt(word, scope, report, text)
  const ignoreCase = alwaysIgnoresCase || text.startsWith('~*')
  return compilePattern(text.replace(/^~\*?/, ''), ignoreCase)
}

function replacementRow(name: string, doc: string, key: Setting<readonly Replacement[]>, isDomain: boolean): Directive {
  return row(name, doc, { args: [1, 2] }, (scope, statement, report) => {
    if (textOf(statement, 0) === 'off' && statement.args.length === 1) {
      scope.set(key, [])
      return
    }
    const [, to] = statement.args
    if (to === undefined) {
      report.emerg(`invalid value "${textOf(statement, 0)}"`)
      return
    }
    const from = matcher(textOf(statement, 0), statement, scope, report, isDomain)
    const value = compileAt(to, scope, report)
    if (from !== undefined && value !== undefined) scope.set(key, [...(scope.get(key) ?? []), { from, to: value }])
  })
}

function applyRedirect(scope: LevelScope, statement: Statement, report: Report): void {
  const [from, to] = statement.args
  if (from === undefined) return
  if (to === undefined) {
    if (from.text === 'off' || from.text === 'default') {
      const own = scope.get(redirects)
      if (from.text === 'off') scope.set(redirects, 'off')
      else scope.set(redirects, Array.isArray(own) ? [...own, ...defaultRedirects(scope)] : 'default')
    } else report.emerg(`invalid parameter "${from.text}"`, from.place)
    return
  }
  const source = matcher(from.text, statement, scope, report, false)
  const target = compileAt(to, scope, report)
  if (source === undefined || target === undefined) return
  const own = scope.get(redirects)
  const before = Array.isArray(own) ? (own as readonly Replacement[]) : own === 'default' ? defaultRedirects(scope) : []
  scope.set(redirects, [...before, { from: source, to: target }])
}

/** `proxy_redirect default`: the upstream's URL becomes the location's prefix. */
function defaultRedirects(scope: LevelScope): readonly Replacement[] {
  const url = scope.value(pass)?.constant
  if (url === undefined || !(scope instanceof LocationScope)) return []
  const target = parseTarget(url)
  if (target === undefined) return []
  return target.uri === ''
    ? [{ from: constantValue(`${url}/`), to: constantValue('/') }]
    : [{ from: constantValue(url), to: constantValue(scope.name.text) }]
}

function attach(scope: LocationScope): Attachment | undefined {
  const url = scope.value(pass)
  if (url === undefined) return undefined
  const settings = shared.read(scope)
  const setHeaders = scope.value(setHeader)
  const replaced = new Set([...ownFields, ...setHeaders.map(({ lowerName }) => lowerName)])
  const own = scope.value(redirects)
  const location: LocationProxy = {
    settings,
    head: {
      setHeaders,
      replaced,
      setsHost: setHeaders.some(({ lowerName }) => lowerName === 'host'),
      setsConnection: setHeaders.some(({ lowerName }) => lowerName === 'connection'),
      minorVersion: scope.value(httpVersion) === '1.0' ? 0 : 1,
      passesHeaders: settings.passRequestHeaders,
    },
    pools: poolFinder(scope.http, httpProtocol, settings, scope.value(httpVersion)),
    redirects: own === 'off' ? [] : own === 'default' ? defaultRedirects(scope) : own,
    cookies: { domains: scope.value(cookieDomains), paths: scope.value(cookiePaths), flags: scope.value(cookieFlags) },
    hasVariables: url.constant === undefined,
  }
  const groups = groupsOf(scope.http)
  const fixed = url.constant === undefined ? undefined : parseTarget(url.constant)
  const fixedGroup = fixed === undefined ? undefined : groups.find(fixed.host, 80)
  const methodValue = scope.value(method)
  const bodyValue = scope.value(setBody)
  const finder: Finder = { groups, ...resolverOf(scope), defaultPort: 80 }
  const send = (request: Request, target: Target, group: PeerGroup): void => {
    const body = bodyValue === undefined ? undefined : Buffer.from(bodyValue.read(request), 'latin1')
    const route = new HttpRoute(request, location, group, target, methodValue?.read(request) ?? request.method, body)
    new Forwarding(request, route).start()
  }
  const handle = (request: Request): number => {
    if (fixed !== undefined && fixedGroup !== undefined) {
      send(request, fixed, fixedGroup)
      return taken
    }
    const text = url.read(request)
    const target = parseTarget(text)
    if (target !== undefined) return findServers(request, finder, target.host, (group) => send(request, target, group))
    request.log('error', `invalid URL prefix in "${text}"`)
    return 500
  }
  return { content: handle }
}

const proxyHost = (request: Request): string | undefined =>
  request.upstream instanceof Forwarding && request.upstream.route instanceof HttpRoute
    ? request.upstream.route.host
    : undefined

/** The proxy module. */
export const proxy: Module = {
  name: 'proxy',
  directives: [
    row('proxy_pass', 'Sends requests to an HTTP server.', { contexts: passContexts, once: true }, applyPass),
    row('proxy_set_header', 'A field of the request to the upstream.', { args: [2, 2] }, (scope, statement, report) => {
      const [, word] = statement.args
      const value = word === undefined ? undefined : compileAt(word, scope, report)
      const name = textOf(statement, 0)
      if (value !== undefined)
        scope.set(setHeader, [...(scope.get(setHeader) ?? []), { name, lowerName: name.toLowerCase(), value }])
    }),
    textValueRow('proxy_method', ['http', 'server', 'location'], method, 'The method of the request to the upstream.'),
    textValueRow('proxy_set_body', ['http', 'server', 'location'], setBody, 'The body of the request to the upstream.'),
    choiceRow(
      'proxy_http_version',
      ['http', 'server', 'location'],
      httpVersion,
      'The version of HTTP toward the upstream.',
      { '1.0': '1.0', '1.1': '1.1' } as const,
    ),
    row('proxy_redirect', 'What becomes of Location and Refresh.', { args: [1, 2] }, applyRedirect),
    replacementRow('proxy_cookie_domain', "What becomes of a cookie's domain.", cookieDomains, true),
    replacementRow('proxy_cookie_path', "What becomes of a cookie's path.", cookiePaths, false),
    row('proxy_cookie_flags', "What becomes of a cookie's flags.", { args: [1, 4] }, (scope, statement, report) => {
      const [first, ...flags] = textsOf(statement)
      if (first === undefined || (first === 'off' && flags.length === 0)) {
        scope.set(cookieFlags, [])
        return
      }
      const name = matcher(first, statement, scope, report, true)
      const values = statement.args.slice(1).flatMap((word) => compileAt(word, scope, report) ?? [])
      if (name !== undefined) scope.set(cookieFlags, [...(scope.get(cookieFlags) ?? []), { name, flags: values }])
    }),
    acceptedRow('proxy_headers_hash_max_size', 'Accepted: tables are managed by the engine.'),
    acceptedRow('proxy_headers_hash_bucket_size', 'Accepted: tables are managed by the engine.'),
    acceptedRow('proxy_send_lowat', 'Accepted: sockets are handled by Node.'),
    ...shared.directives,
  ],
  variables: {
    names: {
      proxy_host: proxyHost,
      proxy_port: (request) => {
        const host = proxyHost(request)
        return host === undefined || host.startsWith('unix:') ? undefined : (/:(\d+)$/.exec(host)?.[1] ?? '80')
      },
      proxy_add_x_forwarded_for: (request) => {
        const before = request.header('x-forwarded-for')
        const { clientAddress } = request
        return before === undefined ? clientAddress : `${before}, ${clientAddress}`
      },
    },
  },
  attach,
}
