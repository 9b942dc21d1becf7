/** `gzip`: answers are compressed for clients that accept it (RFC 9110 section 12.5.3). */
import type { Directive } from '../language/directive.ts'
import { choiceRow, flagRow, numberRow, sizeRow } from '../language/rows.ts'
import { BodyEncoder } from '../http/body-encoder.ts'
import type { Request } from '../http/request.ts'
import type { Module } from '../model/module.ts'
import { compilePattern } from '../model/pattern.ts'
import { acceptedRow, atLeast, everywhere, everywhereAndIf, row, textOf, textsOf } from '../model/row.ts'
import type { LocationScope } from '../model/scope.ts'
import { setting } from '../model/setting.ts'

interface GzipSettings {
  readonly level: number
  readonly minLength: number
  readonly types: ReadonlySet<string>
  readonly vary: boolean
  readonly minVersion: number
  readonly proxied: ReadonlySet<string>
  readonly disabled: readonly RegExp[]
}

const enabled = setting('gzip', false)
const level = setting('gzip_comp_level', 1)
const minLength = setting('gzip_min_length', 20)
const types = setting<ReadonlySet<string>>('gzip_types', new Set(['text/html']))
const vary = setting('gzip_vary', false)
const httpVersion = setting<10 | 11>('gzip_http_version', 11)
const proxied = setting<ReadonlySet<string>>('gzip_proxied', new Set(['off']))
const disable = setting<readonly RegExp[]>('gzip_disable', [])

const proxiedWords: ReadonlySet<string> = new Set([
  'off',
  'expired',
  'no-cache',
  'no-store',
  'private',
  'no_last_modified',
  'no_etag',
  'auth',
  'any',
])
const oldExplorer = /MSIE [4-6]\.(?!.*SV1)/

const rows: readonly Directive[] = [
  flagRow('gzip', everywhereAndIf, enabled, 'Whether answers are compressed.'),
  numberRow('gzip_comp_level', everywhere, level, 'How hard to try, 1 to 9.', [1, 9]),
  sizeRow('gzip_min_length', everywhere, minLength, 'Shorter answers of a known size stay as they are.'),
  flagRow('gzip_vary', everywhere, vary, 'Whether to send `Vary: Accept-Encoding`.'),
  choiceRow('gzip_http_version', everywhere, httpVersion, 'The least version of HTTP.', {
    '1.0': 10,
    '1.1': 11,
  } as const),
  row('gzip_types', 'MIME types to compress besides text/html.', { args: atLeast(1) }, (scope, statement) => {
    scope.set(
      types,
      new Set([...(scope.get(types) ?? types.initial), ...textsOf(statement).map((text) => text.toLowerCase())]),
    )
  }),
  row(
    'gzip_proxied',
    'Whether to compress for proxies, which say `Via`.',
    { args: atLeast(1), once: true },
    (scope, statement, report) => {
      for (const { text, place } of statement.args)
        if (!proxiedWords.has(text)) report.emerg(`invalid value "${text}"`, place)
      scope.set(proxied, new Set(textsOf(statement)))
    },
  ),
  row(
    'gzip_disable',
    'User agents that get no compressed answers.',
    { args: atLeast(1) },
    (scope, statement, report) => {
      try {
        const patterns = textsOf(statement).map((text) =>
          text === 'msie6' ? oldExplorer : compilePattern(text, true).regex,
        )
        scope.set(disable, [...(scope.get(disable) ?? []), ...patterns])
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        report.emerg(`${error.message} in "${textOf(statement, 0)}"`)
      }
    },
  ),
  acceptedRow('gzip_buffers', 'Accepted: memory is managed by the engine.'),
]

/** Whether an Accept-Encoding takes gzip: named, or covered by `*`, and not with a weight of zero. */
export function acceptsGzip(field: string): boolean {
  let wildcard = false
  for (const part of field.split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    if (name !== 'gzip' && name !== '*') continue
    const isRefused = parameters.some((parameter) => /^q=0(?:\.0{0,3})?$/.test(parameter))
    if (name === 'gzip') return !isRefused
    wildcard = !isRefused
  }
  return wildcard
}

function isCompressible(request: Request, settings: GzipSettings): boolean {
  const { out } = request
  if (out.status !== 200 && out.status !== 403 && out.status !== 404) return false
  if (out.indexOf('content-encoding') !== -1) return false
  if (out.contentLength !== -1 && out.contentLength < settings.minLength) return false
  const type = (out.contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  return settings.types.has('*') || settings.types.has(type)
}

function mayCompress(request: Request, settings: GzipSettings): boolean {
  const { headers, version, out } = request
  if (version < settings.minVersion) return false
  const field = headers.get('accept-encoding')
  if (field === undefined || !acceptsGzip(field)) return false
  const agent = settings.disabled.length === 0 ? undefined : headers.get('user-agent')
  if (agent !== undefined && settings.disabled.some((pattern) => pattern.test(agent))) return false
  if (!headers.has('via')) return true
  const { proxied: when } = settings
  if (when.has('any')) return true
  const control = out.get('cache-control') ?? ''
  return (
    (when.has('no-cache') && control.includes('no-cache')) ||
    (when.has('no-store') && control.includes('no-store')) ||
    (when.has('private') && control.includes('private')) ||
    (when.has('expired') && out.get('expires') !== undefined) ||
    (when.has('no_last_modified') && out.lastModified === undefined) ||
    (when.has('no_etag') && out.etag === undefined) ||
    (when.has('auth') && headers.has('authorization'))
  )
}

function filterGzip(request: Request, settings: GzipSettings): number {
  if (!isCompressible(request, settings)) return 0
  const { out } = request
  if (settings.vary) out.add('Vary', 'Accept-Encoding')
  if (!mayCompress(request, settings)) return 0
  out.add('Content-Encoding', 'gzip')
  out.contentLength = -1
  request.allowsRanges = false
  out.remove('accept-ranges')
  if (out.etag !== undefined && !out.etag.startsWith('W/')) out.etag = `W/${out.etag}`
  if (request.method !== 'HEAD')
    request.encoder = new BodyEncoder(request, settings.level, request.upstream !== undefined)
  return 0
}

function attach(scope: LocationScope): ReturnType<NonNullable<Module['attach']>> {
  if (!scope.value(enabled)) return undefined
  const settings: GzipSettings = {
    level: scope.value(level),
    minLength: scope.value(minLength),
    types: scope.value(types),
    vary: scope.value(vary),
    minVersion: scope.value(httpVersion),
    proxied: scope.value(proxied),
    disabled: scope.value(disable),
  }
  return { headerFilter: (request) => filterGzip(request, settings) }
}

/** The gzip module. */
export const gzip: Module = { name: 'gzip', directives: rows, attach }
