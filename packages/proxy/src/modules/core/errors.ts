/** What becomes of errors: pages and log lines. */
import { resolve } from 'node:path'
import type { Directive } from '../../language/directive.ts'
import type { Report } from '../../language/diagnostic.ts'
import { flagRow } from '../../language/rows.ts'
import type { Statement } from '../../language/statement.ts'
import type { CoreSettings, ErrorPage } from '../../model/core-settings.ts'
import { DeferredErrorLog } from '../../model/deferred-error-log.ts'
import { atLeast, compileAt, everywhere, everywhereAndIf, row } from '../../model/row.ts'
import { addResource, type LevelScope } from '../../model/scope.ts'
import { setting, type Setting } from '../../model/setting.ts'
import type { ErrorLog } from '../../process/error-log.ts'
import { readErrorLog } from '../main/error-log.ts'

const errorPages: Setting<readonly ErrorPage[]> = setting('error_page', [])
const recursiveErrorPages = setting('recursive_error_pages', false)
const errorLog: Setting<ErrorLog | undefined> = setting('error_log', undefined)

/** The rows about errors. */
export const errorRows: readonly Directive[] = [
  row('error_log', 'Where errors are logged.', { args: atLeast(1) }, applyErrorLog),
  row(
    'error_page',
    'What to answer instead of a status.',
    { contexts: everywhereAndIf, args: atLeast(2) },
    applyErrorPage,
  ),
  flagRow('recursive_error_pages', everywhere, recursiveErrorPages, 'Whether an error page may have an error page.'),
]

/** What holds for errors of a place. */
export function readErrorSettings(
  scope: LevelScope,
): Pick<CoreSettings, 'errorPages' | 'recursiveErrorPages' | 'errorLog'> {
  return {
    errorPages: scope.value(errorPages),
    recursiveErrorPages: scope.value(recursiveErrorPages),
    errorLog: scope.value(errorLog),
  }
}

function applyErrorLog(scope: LevelScope, statement: Statement, report: Report): void {
  const target = readErrorLog(statement, report)
  if (target === undefined) return
  const own = scope.get(errorLog)
  const targets = own instanceof DeferredErrorLog ? own.targets : []
  const file = target.file === undefined ? undefined : resolve(scope.http.prefix, target.file)
  const log = new DeferredErrorLog([...targets, { ...target, file }])
  addResource(scope.http, {
    provide: (owner) => log.provide(owner),
    open: () => log.open(),
    reopen: () => log.reopen(),
  })
  scope.set(errorLog, log)
}

function applyErrorPage(scope: LevelScope, statement: Statement, report: Report): void {
  const words = [...statement.args]
  const target = words.pop()
  if (target === undefined) return
  let overwrite = -1
  const last = words.at(-1)
  if (last?.text.startsWith('=') === true) {
    words.pop()
    overwrite = last.text === '=' ? 0 : Number(last.text.slice(1))
    if (!Number.isInteger(overwrite)) report.emerg(`invalid value "${last.text}"`, last.place)
  }
  const question = target.text.includes('$') ? -1 : target.text.indexOf('?')
  const path = question === -1 ? target.text : target.text.slice(0, question)
  const value = target.text.startsWith('/') ? compileAt(target, scope, report, path) : compileAt(target, scope, report)
  if (value === undefined) return
  const pages: ErrorPage[] = [...(scope.get(errorPages) ?? [])]
  for (const word of words) {
    const status = Number(word.text)
    if (!Number.isInteger(status) || status < 300 || status > 599)
      report.emerg(`value "${word.text}" must be between 300 and 599`, word.place)
    else if (status === 499) report.emerg('value "499" is not allowed', word.place)
    else
      pages.push({
        status,
        overwrite,
        target: value,
        args: question === -1 || !target.text.startsWith('/') ? '' : target.text.slice(question + 1),
      })
  }
  scope.set(errorPages, pages)
}
