/** `sub_filter`: texts in answers are replaced by others. */
import type { Report } from '../../language/diagnostic.ts'
import { flagRow } from '../../language/rows.ts'
import type { Statement } from '../../language/statement.ts'
import { BodyFilter, textOfPiece } from '../../http/body-filter.ts'
import { forgetLength, forgetValidators, weakenEtag } from '../../http/changed-body.ts'
import { hasMediaType } from '../../http/media-type.ts'
import type { Request } from '../../http/request.ts'
import type { Module } from '../../model/module.ts'
import { compileAt, everywhere, mediaTypesRow, row } from '../../model/row.ts'
import type { LevelScope } from '../../model/scope.ts'
import { setting } from '../../model/setting.ts'
import type { Value } from '../../model/value.ts'
import { Replacer, type Pattern } from './replacer.ts'

interface Pair {
  readonly search: Value
  readonly replacement: Value
}

interface Settings {
  readonly pairs: readonly Pair[]
  readonly types: ReadonlySet<string>
  readonly once: boolean
  readonly keepsModified: boolean
}

/** As many as nginx has. */
const mostPairs = 255

const pairs = setting<readonly Pair[]>('sub_filter', [])
const types = setting<ReadonlySet<string>>('sub_filter_types', new Set(['text/html']))
const once = setting('sub_filter_once', true)
const lastModified = setting('sub_filter_last_modified', false)

class SubFilter extends BodyFilter {
  readonly #replacer: Replacer

  constructor(replacer: Replacer) {
    super()
    this.#replacer = replacer
  }

  write(chunk: Buffer | string): boolean {
    return this.pass(this.#replacer.push(textOfPiece(chunk)))
  }

  end(): void {
    this.pass(this.#replacer.end())
    this.passEnd()
  }
}

/** The replacement is read at its first use, and then stays. */
function patternOf(request: Request, { search, replacement }: Pair): Pattern[] {
  const text = search.read(request).toLowerCase()
  let read: string | undefined
  return text === '' ? [] : [{ text, replacement: () => (read ??= replacement.read(request)) }]
}

function filterHead(request: Request, settings: Settings): number {
  const { out } = request
  if (out.contentLength === 0 || !hasMediaType(settings.types, out.contentType)) return 0
  const patterns = settings.pairs.flatMap((pair) => patternOf(request, pair))
  if (patterns.length === 0) return 0
  if (request.main === request) {
    forgetLength(request)
    if (settings.keepsModified) weakenEtag(request)
    else forgetValidators(request)
  }
  request.addFilter(new SubFilter(new Replacer(patterns, settings.once)))
  return 0
}

function applyPair(scope: LevelScope, statement: Statement, report: Report): void {
  const [searchWord, replacementWord] = statement.args
  if (searchWord === undefined || replacementWord === undefined) return
  const own = scope.get(pairs) ?? []
  if (searchWord.text === '') return report.emerg('empty search pattern', searchWord.place)
  if (own.length === mostPairs) return report.emerg(`number of search patterns exceeds ${mostPairs}`)
  const search = compileAt(searchWord, scope, report)
  const replacement = compileAt(replacementWord, scope, report)
  if (search !== undefined && replacement !== undefined) scope.set(pairs, [...own, { search, replacement }])
}

/** The sub_filter module. */
export const subFilter: Module = {
  name: 'sub_filter',
  directives: [
    row('sub_filter', 'A text, and what takes its place.', { args: [2, 2] }, applyPair),
    mediaTypesRow('sub_filter_types', types, 'Media types of answers that are searched.'),
    flagRow('sub_filter_once', everywhere, once, 'Whether each text is replaced only once.'),
    flagRow('sub_filter_last_modified', everywhere, lastModified, 'Whether Last-Modified stays.'),
  ],
  attach: (scope) => {
    const list = scope.value(pairs)
    if (list.length === 0) return undefined
    const settings: Settings = {
      pairs: list,
      types: scope.value(types),
      once: scope.value(once),
      keepsModified: scope.value(lastModified),
    }
    return { headerFilter: (request) => filterHead(request, settings) }
  },
}
