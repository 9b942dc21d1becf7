/** `charset`: the charset that answers are said to have, and are converted to when another one is their source. */
import type { Report } from '../../language/diagnostic.ts'
import type { Directive } from '../../language/directive.ts'
import { flagRow } from '../../language/rows.ts'
import type { Statement } from '../../language/statement.ts'
import { BodyFilter } from '../../http/body-filter.ts'
import { hasMediaType } from '../../http/media-type.ts'
import type { Request } from '../../http/request.ts'
import type { Module } from '../../model/module.ts'
import { atLeast, compileAt, everywhere, everywhereAndIf, row, textOf, textsOf } from '../../model/row.ts'
import type { HttpScope, LevelScope } from '../../model/scope.ts'
import { setting, type Setting } from '../../model/setting.ts'
import type { Value } from '../../model/value.ts'
import { Recoder } from './recoder.ts'
import { Charsets, type Conversion } from './tables.ts'

interface Settings {
  readonly charset: Value | undefined
  readonly source: Value | undefined
  readonly overrides: boolean
  readonly types: ReadonlySet<string>
  readonly charsets: Charsets
}

const charsetSetting = setting<Value | 'off'>('charset', 'off')
const sourceSetting = setting<Value | 'off'>('source_charset', 'off')
const overrideSetting = setting('override_charset', false)
const charsetTypes = setting<ReadonlySet<string>>(
  'charset_types',
  new Set(['text/html', 'text/xml', 'text/plain', 'text/vnd.wap.wml', 'application/javascript', 'application/rss+xml']),
)
const charsetsKey = Symbol('charsets')
/** nginx's longest UTF-8 character, without the byte for its length. */
const longestCharacter = 3

class CharsetFilter extends BodyFilter {
  readonly #recoder: Recoder

  constructor(conversion: Conversion) {
    super()
    this.#recoder = new Recoder(conversion)
  }

  write(chunk: Buffer | string): boolean {
    return this.pass(this.#recoder.push(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk))
  }

  end(): void {
    this.passEnd()
  }
}

/** The charset in a Content-Type, and the type without it. */
function splitCharset(contentType: string): { readonly type: string; readonly charset: string | undefined } {
  const match = /^(.*?)\s*;\s*charset="?([^\s;"]*)"?(.*)$/is.exec(contentType)
  return match === null ? { type: contentType, charset: undefined } : { type: match[1] ?? '', charset: match[2] ?? '' }
}

/** What the answer is to be in; undefined leaves it as it is. */
function destinationOf(request: Request, own: string | undefined, settings: Settings): string | undefined {
  const { out, main } = request
  if (main !== request) return main.out.charset ?? splitCharset(main.out.contentType ?? '').charset
  if (out.contentType === undefined || out.contentType === '' || out.charset !== undefined) return out.charset
  if (settings.charset === undefined) return undefined
  if (own === undefined ? !hasMediaType(settings.types, out.contentType) : !settings.overrides) return undefined
  return settings.charset.read(request) || undefined
}

function filterHead(request: Request, settings: Settings): number {
  const { out } = request
  const { type, charset: own } = splitCharset(out.contentType ?? '')
  const target = destinationOf(request, own, settings)
  if (target === undefined || target === 'off') return 0
  const source = own ?? settings.source?.read(request)
  if (source === undefined) name(request, type, target)
  else if (source.toLowerCase() === target.toLowerCase()) name(request, type, target)
  else if (out.get('content-encoding') === undefined) convert(request, settings, { type, source, target })
  return 0
}

function convert(
  request: Request,
  { charsets }: Settings,
  { type, source, target }: { readonly type: string; readonly source: string; readonly target: string },
): void {
  const conversion = charsets.find(source, target)
  if (conversion === undefined) {
    request.log('error', `no "charset_map" between the charsets "${source}" and "${target}"`)
    return
  }
  name(request, type, target)
  if (conversion.kind !== 'bytes' && request.main === request) request.out.contentLength = -1
  if (conversion.kind !== 'bytes') request.allowsRanges = false
  request.addFilter(new CharsetFilter(conversion))
}

/** Redirects have none: old browsers would take it for that of the next page. */
function name({ out }: Request, type: string, target: string): void {
  if (out.status === 301 || out.status === 302) {
    out.charset = undefined
    return
  }
  out.contentType = type
  out.charset = target
}

function charsetsOf(http: HttpScope): Charsets {
  return http.shared(charsetsKey, () => new Charsets())
}

function nameRow(directive: string, key: Setting<Value | 'off'>, doc: string): Directive {
  return row(directive, doc, { contexts: everywhereAndIf, once: true }, (scope, statement, report) => {
    const [word] = statement.args
    if (word === undefined) return
    if (directive === 'charset' && word.text === 'off') scope.set(key, 'off')
    else {
      const value = compileAt(word, scope, report)
      if (value?.constant !== undefined) charsetsOf(scope.http).add(value.constant)
      if (value !== undefined) scope.set(key, value)
    }
  })
}

function applyMap(scope: LevelScope, statement: Statement, report: Report): void {
  const [from, to] = [textOf(statement, 0), textOf(statement, 1)]
  if (from.toLowerCase() === to.toLowerCase())
    return report.emerg(`"charset_map" between the same charsets "${from}" and "${to}"`)
  if (from.toLowerCase() === 'utf-8')
    return report.emerg('"charset_map" with "utf-8" charset should be given in the second column')
  const most = to.toLowerCase() === 'utf-8' ? longestCharacter : 1
  const pairs = (statement.block ?? []).flatMap((entry) => {
    const target = textOf(entry, 0)
    if (!/^[\da-f]{1,2}$/i.test(entry.name)) report.emerg(`invalid value "${entry.name}"`, entry.place)
    else if (entry.args.length !== 1) report.emerg('invalid parameters number', entry.place)
    else if (!/^(?:[\da-f]|(?:[\da-f]{2})+)$/i.test(target) || target.length > most * 2)
      report.emerg(`invalid value "${target}"`, entry.place)
    else return [[Number.parseInt(entry.name, 16), Buffer.from(target.padStart(2, '0'), 'hex')] as const]
    return []
  })
  if (!charsetsOf(scope.http).addMap(from, to, pairs))
    report.emerg(`duplicate "charset_map" between "${from}" and "${to}"`)
}

/** The charset module. */
export const charset: Module = {
  name: 'charset',
  directives: [
    nameRow('charset', charsetSetting, 'The charset of answers.'),
    nameRow('source_charset', sourceSetting, 'The charset of what answers are made from.'),
    flagRow('override_charset', everywhereAndIf, overrideSetting, "Whether upstreams' answers are converted."),
    row(
      'charset_types',
      'MIME types besides text/html that have a charset.',
      { contexts: everywhere, args: atLeast(1), once: true },
      (scope, statement) => {
        scope.set(charsetTypes, new Set(['text/html', ...textsOf(statement).map((text) => text.toLowerCase())]))
      },
    ),
    row(
      'charset_map',
      'How one charset becomes another.',
      { contexts: ['http'], args: [2, 2], block: 'any' },
      applyMap,
    ),
  ],
  attach: (scope) => {
    const [target, source] = [scope.value(charsetSetting), scope.value(sourceSetting)]
    const settings: Settings = {
      charset: target === 'off' ? undefined : target,
      source: source === 'off' ? undefined : source,
      overrides: scope.value(overrideSetting),
      types: scope.value(charsetTypes),
      charsets: charsetsOf(scope.http),
    }
    if (settings.charset === undefined && settings.source === undefined) return undefined
    return { headerFilter: (request) => filterHead(request, settings) }
  },
}
