/** `log_format`: what a line says, and how values are made harmless in it. */
import type { Report } from '../../language/diagnostic.ts'
import type { Statement } from '../../language/statement.ts'
import { compileAt } from '../../model/row.ts'
import type { HttpScope, LevelScope } from '../../model/scope.ts'
import { compileText, type Value } from '../../model/value.ts'

type Escape = (value: string | undefined) => string

/** A compiled format. */
export interface Format {
  readonly value: Value
  readonly escape: Escape
}

const combined =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
const nowhere = { file: '', line: 0, column: 0 }

const hex = (code: number): string => code.toString(16).toUpperCase()
// eslint-disable-next-line no-control-regex -- control characters are what has to be escaped
const unsafeText = /["\\\0-\x1f\x7f-\xff]/
const unsafeTexts = new RegExp(unsafeText.source, 'g')

function escapeDefault(value: string | undefined): string {
  if (value === undefined) return '-'
  if (!unsafeText.test(value)) return value
  return value.replace(unsafeTexts, (character) => `\\x${hex(character.charCodeAt(0)).padStart(2, '0')}`)
}

// eslint-disable-next-line no-control-regex -- the same
const unsafeJson = /["\\\0-\x1f]/g
const shortJson: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}

/** As nginx: what is UTF-8 stays as it is, byte by byte. */
function escapeJson(value: string | undefined): string {
  if (value === undefined) return ''
  return value.replace(
    unsafeJson,
    (character) => shortJson[character] ?? `\\u${hex(character.charCodeAt(0)).padStart(4, '0')}`,
  )
}

const escapes: Readonly<Record<string, Escape>> = {
  default: escapeDefault,
  json: escapeJson,
  none: (value) => value ?? '',
}

const formatsKey = Symbol('log formats')

/** The formats of a configuration by name; `combined` is always there. */
export function formatsOf(http: HttpScope): Map<string, Format> {
  return http.shared(
    formatsKey,
    () => new Map([['combined', { value: compileText(combined, nowhere, http.variables), escape: escapeDefault }]]),
  )
}

/** Applies `log_format name [escape=...] text ...`. */
export function applyFormat(scope: LevelScope, statement: Statement, report: Report): void {
  const [name, ...words] = statement.args
  if (name === undefined) return
  const option = /^escape=(.*)$/.exec(words[0]?.text ?? '')
  if (option !== null) words.shift()
  const escape = escapes[option?.[1] ?? 'default']
  const [first] = words
  if (escape === undefined) report.emerg(`unknown log format escaping "${option?.[1] ?? ''}"`)
  else if (formatsOf(scope.http).has(name.text)) report.emerg(`duplicate "log_format" name "${name.text}"`, name.place)
  else if (first !== undefined) {
    const value = compileAt(first, scope, report, words.map((word) => word.text).join(''))
    if (value !== undefined) formatsOf(scope.http).set(name.text, { value, escape })
  }
}
