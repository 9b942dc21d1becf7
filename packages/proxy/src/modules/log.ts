/** `access_log` and `log_format`: one line per request, written in batches, in nginx's formats. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '../language/diagnostic.ts'
import type { Context } from '../language/directive.ts'
import type { Statement } from '../language/statement.ts'
import type { Request } from '../http/request.ts'
import type { Module } from '../model/module.ts'
import { acceptedRow, atLeast, everywhereAndIf, row, textOf, compileAt } from '../model/row.ts'
import { addResource, type HttpScope, type LevelScope } from '../model/scope.ts'
import { setting } from '../model/setting.ts'
import { compileText, constantValue, type Value } from '../model/value.ts'
import { LogFiles } from './log-files.ts'

type Escape = (value: string | undefined) => string

interface Format {
  readonly value: Value
  readonly escape: Escape
}

interface AccessLog {
  readonly path: Value
  format: Format | undefined
  readonly condition: Value | undefined
}

const contexts: readonly Context[] = [...everywhereAndIf, 'limit_except']
const accessLogs = setting<readonly AccessLog[] | 'off' | undefined>('access_log', undefined)
const formatsKey = Symbol('log formats')
const filesKey = Symbol('log files')

const combined =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
const nowhere = { file: '', line: 0, column: 0 }

const hex = (code: number): string => code.toString(16).toUpperCase().padStart(2, '0')
// eslint-disable-next-line no-control-regex -- control characters are what has to be escaped
const unsafeText = /["\\\0-\x1f\x7f-\xff]/
const unsafeTexts = new RegExp(unsafeText.source, 'g')

function escapeDefault(value: string | undefined): string {
  if (value === undefined) return '-'
  return unsafeText.test(value)
    ? value.replace(unsafeTexts, (character) => `\\x${hex(character.charCodeAt(0))}`)
    : value
}

function escapeJson(value: string | undefined): string {
  return value === undefined ? '' : JSON.stringify(Buffer.from(value, 'latin1').toString('utf8')).slice(1, -1)
}

const escapes: Readonly<Record<string, Escape>> = {
  default: escapeDefault,
  json: escapeJson,
  none: (value) => value ?? '',
}

function formatsOf(http: HttpScope): Map<string, Format> {
  return http.shared(
    formatsKey,
    () => new Map([['combined', { value: compileText(combined, nowhere, http.variables), escape: escapeDefault }]]),
  )
}

function applyFormat(scope: LevelScope, statement: Statement, report: Report): void {
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

function applyLog(scope: LevelScope, statement: Statement, report: Report): void {
  const [pathWord, ...rest] = statement.args
  if (pathWord === undefined) return
  if (pathWord.text === 'off') {
    if (rest.length > 0) report.emerg(`invalid parameter "${textOf(statement, 1)}"`)
    scope.set(accessLogs, 'off')
    return
  }
  if (pathWord.text.startsWith('syslog:')) {
    report.emerg('`access_log syslog:` of nginx is not implemented by trivet', pathWord.place)
    return
  }
  const path = compileAt(pathWord, scope, report)
  const conditionWord = rest.find((word) => word.text.startsWith('if='))
  const condition = conditionWord && compileAt(conditionWord, scope, report, conditionWord.text.slice('if='.length))
  const formatWord =
    rest[0] !== undefined && !/^(?:buffer|flush|gzip|if)(?:=|$)/.test(rest[0].text) ? rest[0] : undefined
  for (const word of rest) {
    if (word !== formatWord && !/^(?:buffer=|flush=|gzip$|gzip=|if=)/.test(word.text))
      report.emerg(`invalid parameter "${word.text}"`, word.place)
  }
  const zipped = rest.find((word) => /^gzip(?:=|$)/.test(word.text))
  if (zipped !== undefined)
    report.warn(
      'the log is written without compression: `gzip` of `access_log` is not implemented by trivet',
      zipped.place,
    )
  if (path === undefined) return
  const log: AccessLog = { path, format: undefined, condition }
  scope.http.onFinish((finalReport) => {
    log.format = formatsOf(scope.http).get(formatWord?.text ?? 'combined')
    if (log.format === undefined) finalReport.emerg(`unknown log format "${formatWord?.text ?? ''}"`, formatWord?.place)
  })
  const own = scope.get(accessLogs)
  scope.set(accessLogs, [...(own === undefined || own === 'off' ? [] : own), log])
}

function filesOf(http: HttpScope): LogFiles {
  return http.shared(filesKey, () => {
    const files = new LogFiles(http.prefix)
    addResource(http, {
      open: (errors) => files.open(errors),
      reopen: () => files.reopen(),
      close: () => files.close(),
    })
    return files
  })
}

function writeLogs(request: Request, logs: readonly AccessLog[], files: LogFiles): void {
  for (const { path, format, condition } of logs) {
    if (format === undefined) continue
    if (condition !== undefined) {
      const text = condition.read(request)
      if (text === '' || text === '0') continue
    }
    files.write(path.read(request), `${format.value.readEscaped(request, format.escape)}\n`)
  }
}

/** As nginx where there is a `logs` folder, as the error log; a proxy started in any other folder leaves no files there. */
function defaultPath(prefix: string): string {
  return existsSync(join(prefix, 'logs')) ? 'logs/access.log' : '/dev/stdout'
}

/** The log module. */
export const log: Module = {
  name: 'log',
  directives: [
    row('access_log', 'Where requests are logged.', { contexts, args: atLeast(1) }, applyLog),
    row('log_format', 'How requests are logged.', { contexts: ['http'], args: atLeast(2) }, applyFormat),
    acceptedRow('open_log_file_cache', 'Accepted: log files stay open.'),
  ],
  setup: (http) => {
    formatsOf(http)
  },
  attach: (scope) => {
    const set = scope.value(accessLogs)
    if (set === 'off') return undefined
    const files = filesOf(scope.http)
    const logs = set ?? [
      {
        path: constantValue(defaultPath(scope.http.prefix)),
        format: formatsOf(scope.http).get('combined'),
        condition: undefined,
      },
    ]
    for (const { path } of logs) if (path.constant !== undefined) files.add(path.constant)
    return { log: (request) => writeLogs(request, logs, files) }
  },
}
