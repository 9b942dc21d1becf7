/** Which clients get compressed answers: what they accept, and the `gzip_*` directives that hold some of them back. */
import type { Directive } from '../language/directive.ts'
import { choiceRow, flagRow } from '../language/rows.ts'
import type { Request } from '../http/request.ts'
import { compilePattern } from '../model/pattern.ts'
import { atLeast, everywhere, row, textsOf } from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'
import { setting } from '../model/setting.ts'

/** What a location says about it. */
export interface Negotiation {
  readonly minVersion: number
  readonly proxied: ReadonlySet<string>
  readonly disabled: readonly RegExp[]
  readonly vary: boolean
}

const httpVersion = setting<10 | 11>('gzip_http_version', 11)
const proxied = setting<ReadonlySet<string>>('gzip_proxied', new Set(['off']))
const disable = setting<readonly RegExp[]>('gzip_disable', [])
const vary = setting('gzip_vary', false)

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

/** The rows about clients. */
export const negotiationRows: readonly Directive[] = [
  flagRow('gzip_vary', everywhere, vary, 'Whether to send `Vary: Accept-Encoding`.'),
  choiceRow('gzip_http_version', everywhere, httpVersion, 'The least version of HTTP.', {
    '1.0': 10,
    '1.1': 11,
  } as const),
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
  row('gzip_disable', 'User agents that get no compressed answers.', { args: atLeast(1) }, (scope, statement) => {
    const patterns = textsOf(statement).map((text) =>
      text === 'msie6' ? oldExplorer : compilePattern(text, true).regex,
    )
    scope.set(disable, [...(scope.get(disable) ?? []), ...patterns])
  }),
]

/** What holds in a block. */
export function readNegotiation(scope: LevelScope): Negotiation {
  return {
    minVersion: scope.value(httpVersion),
    proxied: scope.value(proxied),
    disabled: scope.value(disable),
    vary: scope.value(vary),
  }
}

/** Whether an Accept-Encoding takes a coding: named, or covered by `*`, and not with a weight of zero. */
export function acceptsCoding(field: string, coding: string): boolean {
  let wildcard = false
  for (const part of field.split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    if (name !== coding && name !== '*') continue
    const isRefused = parameters.some((parameter) => /^q=0(?:\.0{0,3})?$/.test(parameter))
    if (name === coding) return !isRefused
    wildcard = !isRefused
  }
  return wildcard
}

/** Whether this client is to get its answer in a coding. */
export function mayEncode(
  request: Request,
  { minVersion, proxied: when, disabled }: Negotiation,
  coding: string,
): boolean {
  const { headers, version, out } = request
  if (request.main !== request || version < minVersion) return false
  const field = headers.get('accept-encoding')
  if (field === undefined || !acceptsCoding(field, coding)) return false
  const agent = disabled.length === 0 ? undefined : headers.get('user-agent')
  if (agent !== undefined && disabled.some((pattern) => pattern.test(agent))) return false
  if (!headers.has('via')) return true
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

/** The answer depends on what the client accepts: caches are told, once, where `gzip_vary` is on. */
export function noteVary({ out }: Request, { vary: isOn }: Negotiation): void {
  if (!isOn || out.names.some((name, index) => name === 'Vary' && out.values[index] === 'Accept-Encoding')) return
  out.add('Vary', 'Accept-Encoding')
}
