/** `valid_referers`: `$invalid_referer` tells requests that come from a page of somebody else. */
import type { Report } from '../language/diagnostic.ts'
import { key } from '../language/directive.ts'
import type { Statement } from '../language/statement.ts'
import type { Request } from '../http/request.ts'
import { keptIn } from '../model/location.ts'
import type { Module } from '../model/module.ts'
import { acceptedRow, atLeast, row, textsOf } from '../model/row.ts'
import { LocationScope, ServerScope, type LevelScope } from '../model/scope.ts'
import { compilePattern } from '../model/pattern.ts'
import { parseServerName, ServerNames, type ServerName } from '../model/server-names.ts'
import { setting } from '../model/setting.ts'

interface Referers {
  readonly allowsNone: boolean
  readonly allowsBlocked: boolean
  /** Each name with the URI its pages begin with, empty for any. */
  readonly names: ServerNames<string | undefined>
  readonly namePatterns: readonly RegExp[]
  readonly patterns: readonly RegExp[]
}

/** Hosts longer than this are nobody's. */
const longestHost = 256

const validReferers = setting<Referers | undefined>('valid_referers', undefined)
const referersKey = key<Referers>('referers')

function applyReferers(scope: LevelScope, statement: Statement, report: Report): void {
  const own = scope.get(validReferers)
  const names = own?.names ?? new ServerNames<string | undefined>(undefined)
  const namePatterns = [...(own?.namePatterns ?? [])]
  const patterns = [...(own?.patterns ?? [])]
  const texts = textsOf(statement)
  for (const text of texts) {
    if (text === 'none' || text === 'blocked') continue
    if (text === 'server_names') scope.http.onFinish(() => addServerNames(scope, names, namePatterns))
    else {
      try {
        addReferer(text, names, patterns)
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        report.emerg(`invalid hostname or wildcard "${text}": ${error.message}`)
      }
    }
  }
  scope.set(validReferers, {
    allowsNone: own?.allowsNone === true || texts.includes('none'),
    allowsBlocked: own?.allowsBlocked === true || texts.includes('blocked'),
    names,
    namePatterns,
    patterns,
  })
}

function addReferer(text: string, names: ServerNames<string | undefined>, patterns: RegExp[]): void {
  if (text.startsWith('~')) {
    patterns.push(compilePattern(text.slice(1), true).regex)
    return
  }
  const slash = text.indexOf('/')
  names.add(parseServerName(slash === -1 ? text : text.slice(0, slash)), slash === -1 ? '' : text.slice(slash))
}

function addServerNames(scope: LevelScope, names: ServerNames<string | undefined>, patterns: RegExp[]): void {
  const server = scope instanceof ServerScope ? scope : scope instanceof LocationScope ? scope.server : undefined
  for (const name of server?.names ?? ([] as readonly ServerName[])) {
    if (name.kind === 'regex') patterns.push(name.pattern.regex)
    else names.add(name, '')
  }
}

function isValid(request: Request, referers: Referers): boolean {
  const text = request.headers.get('referer')
  if (text === undefined) return referers.allowsNone
  const match = text.length >= 'http://i.ru'.length ? /^https?:\/\/(([^/:]*)([^]*))$/i.exec(text) : null
  if (match === null) return referers.allowsBlocked
  const [, rest = '', host = '', tail = ''] = match
  if (host.length > longestHost) return false
  const lower = host.toLowerCase()
  const uri = referers.names.find(lower)
  if (uri !== undefined) {
    const slash = tail.indexOf('/')
    return (slash === -1 ? '' : tail.slice(slash)).startsWith(uri)
  }
  return (
    referers.namePatterns.some((pattern) => pattern.test(lower)) ||
    referers.patterns.some((pattern) => pattern.test(rest))
  )
}

/** The referer module. */
export const referer: Module = {
  name: 'referer',
  directives: [
    row(
      'valid_referers',
      'Where requests may come from.',
      { contexts: ['server', 'location'], args: atLeast(1) },
      applyReferers,
    ),
    ...['referer_hash_max_size', 'referer_hash_bucket_size'].map((name) =>
      acceptedRow(name, 'Accepted: names are hash tables of the engine.'),
    ),
  ],
  variables: {
    names: {
      invalid_referer: (request) => {
        const referers = keptIn(request.location, referersKey)
        return referers === undefined || isValid(request, referers) ? '' : '1'
      },
    },
  },
  attach: (scope) => {
    const referers = scope.value(validReferers)
    return referers === undefined ? undefined : { keep: [referersKey, referers] }
  },
}
