/** `add_header`, `add_trailer` and `expires`: fields added to answers, each list inherited only whole. */
import { httpDate } from '@trivet/http1'
import type { Directive } from '../language/directive.ts'
import type { Report } from '../language/diagnostic.ts'
import type { Statement } from '../language/statement.ts'
import { parseTime } from '../language/values.ts'
import type { Request } from '../http/request.ts'
import { httpTime } from '../http/time.ts'
import type { Module } from '../model/module.ts'
import { compileAt, everywhereAndIf, row, textOf } from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'
import { setting, type Setting } from '../model/setting.ts'
import { compileText, type Value } from '../model/value.ts'

interface Field {
  readonly name: string
  readonly value: Value
  readonly always: boolean
}

const addHeader = setting<readonly Field[]>('add_header', [])
const addTrailer = setting<readonly Field[]>('add_trailer', [])
const expiresSetting = setting<{ readonly value: Value; readonly modified: boolean } | undefined>('expires', undefined)

/** Without `always`, fields are added to these only. */
const usual: ReadonlySet<number> = new Set([200, 201, 204, 206, 301, 302, 303, 304, 307, 308])

function fieldRow(name: string, doc: string, key: Setting<readonly Field[]>): Directive {
  return row(
    name,
    doc,
    { contexts: everywhereAndIf, args: [2, 3] },
    (scope: LevelScope, statement: Statement, report: Report) => {
      const [, valueWord, option] = statement.args
      if (option !== undefined && option.text !== 'always')
        report.emerg(`invalid parameter "${option.text}"`, option.place)
      const value = valueWord === undefined ? undefined : compileAt(valueWord, scope, report)
      if (value !== undefined)
        scope.set(key, [...(scope.get(key) ?? []), { name: textOf(statement, 0), value, always: option !== undefined }])
    },
  )
}

function filterHeaders(
  request: Request,
  fields: readonly Field[],
  trailers: readonly Field[],
  expires: typeof expiresSetting.initial,
): number {
  if (request.main !== request) return 0
  const isUsual = usual.has(request.out.status)
  if (expires !== undefined && isUsual) setExpires(request, expires.value.read(request), expires.modified)
  for (const { name, value, always } of fields) {
    if (isUsual || always) setField(request, name, value.read(request))
  }
  for (const { name, value, always } of trailers) {
    if (!isUsual && !always) continue
    lazyTrailer(request, name, value)
  }
  return 0
}

/** A trailer's value is known when the body has been sent. */
function lazyTrailer(request: Request, name: string, value: Value): void {
  request.out.lateTrailers ??= []
  request.out.lateTrailers.push([name, value])
}

function setField(request: Request, name: string, value: string): void {
  const { out } = request
  const lower = name.toLowerCase()
  if (lower === 'last-modified') {
    out.lastModified = value === '' ? undefined : value
    out.lastModifiedTime = value === '' ? -1 : httpTime(value)
  } else if (lower === 'etag') out.etag = value === '' ? undefined : value
  else if (value !== '') out.add(name, value)
}

function setExpires(request: Request, text: string, isModified: boolean): void {
  const { out } = request
  const set = (date: string, control: string): void => {
    out.remove('expires')
    out.remove('cache-control')
    out.add('Expires', date)
    out.add('Cache-Control', control)
  }
  if (text === 'off' || text === '') return
  if (isModified && /^[a-z]/.test(text)) return
  if (text === 'epoch') return set('Thu, 01 Jan 1970 00:00:01 GMT', 'no-cache')
  if (text === 'max') return set('Thu, 31 Dec 2037 23:55:55 GMT', 'max-age=315360000')
  const parsed = parseExpires(text)
  if (parsed === undefined) return
  const now = Math.floor(Date.now() / 1000)
  if (parsed.daily) {
    const time = nextTime(parsed.seconds)
    return set(httpDate(time * 1000), `max-age=${time - now}`)
  }
  if (parsed.seconds === 0 && !isModified) return set(httpDate(), 'max-age=0')
  const base = isModified && out.lastModifiedTime !== -1 ? out.lastModifiedTime : now
  const age = base + parsed.seconds - now
  set(httpDate((base + parsed.seconds) * 1000), parsed.seconds < 0 || age < 0 ? 'no-cache' : `max-age=${age}`)
}

function parseExpires(text: string): { readonly seconds: number; readonly daily: boolean } | undefined {
  const daily = text.startsWith('@')
  const negative = text.startsWith('-')
  const time = parseTime(daily || negative || text.startsWith('+') ? text.slice(1) : text, 's')
  if (time === undefined || (daily && time > 86_400_000)) return undefined
  return { seconds: (negative ? -time : time) / 1000, daily }
}

/** The next moment at which the local clock shows so many seconds after midnight. */
function nextTime(seconds: number): number {
  const date = new Date()
  date.setHours(0, 0, 0, 0)
  date.setSeconds(seconds)
  if (date.getTime() <= Date.now()) date.setDate(date.getDate() + 1)
  return Math.floor(date.getTime() / 1000)
}

function applyExpires(scope: LevelScope, statement: Statement, report: Report): void {
  const modified = statement.args.length === 2
  const word = statement.args[modified ? 1 : 0]
  if (word === undefined) return
  if (modified && textOf(statement, 0) !== 'modified') report.emerg('invalid value', statement.args[0]?.place)
  const fixed =
    ['off', 'epoch', 'max'].includes(word.text) || word.text.includes('$') || parseExpires(word.text) !== undefined
  if (!fixed) report.emerg('invalid value', word.place)
  else scope.set(expiresSetting, { value: compileText(word.text, word.place, scope.variables), modified })
}

/** The headers module. */
export const headers: Module = {
  name: 'headers',
  directives: [
    fieldRow('add_header', 'Adds a field to answers.', addHeader),
    fieldRow('add_trailer', 'Adds a field behind chunked bodies.', addTrailer),
    row(
      'expires',
      'Sets Expires and Cache-Control.',
      { contexts: everywhereAndIf, args: [1, 2], once: true },
      applyExpires,
    ),
  ],
  attach: (scope) => {
    const fields = scope.value(addHeader)
    const trailers = scope.value(addTrailer)
    const expires = scope.value(expiresSetting)
    if (fields.length === 0 && trailers.length === 0 && expires === undefined) return undefined
    return { headerFilter: (request) => filterHeaders(request, fields, trailers, expires) }
  },
}
