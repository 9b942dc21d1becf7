/** `root` and `alias`: from URIs to files. */
import type { Directive } from '../../language/directive.ts'
import type { Report } from '../../language/diagnostic.ts'
import type { Statement } from '../../language/statement.ts'
import type { CoreSettings } from '../../model/core-settings.ts'
import { compileAt, everywhereAndIf, row } from '../../model/row.ts'
import { LocationScope, type LevelScope } from '../../model/scope.ts'
import { setting, type Setting } from '../../model/setting.ts'
import { compileText, constantValue, type Value } from '../../model/value.ts'

const rootSetting: Setting<{
  readonly value: Value
  readonly alias: boolean
  readonly prefix: string | undefined
}> = setting('root', {
  value: constantValue('html'),
  alias: false,
  prefix: undefined,
})

/** The rows about folders. */
export const rootRows: readonly Directive[] = [
  row(
    'root',
    'The folder the URI is appended to.',
    { contexts: everywhereAndIf, once: true },
    (scope, statement, report) => setRoot(scope, statement, report, false),
  ),
  row(
    'alias',
    "The folder that takes the place of the location's prefix.",
    { contexts: ['location'], once: true },
    (scope, statement, report) => setRoot(scope, statement, report, true),
  ),
]

/** The folder of a place. */
export function readRoot(scope: LevelScope): Pick<CoreSettings, 'root' | 'alias' | 'aliasPrefix'> {
  const { value, alias, prefix } = scope.value(rootSetting)
  const isInitial = value === rootSetting.initial.value
  const nowhere = { file: '', line: 0, column: 0 }
  return {
    root: isInitial ? compileText(`${scope.http.prefix}html`, nowhere, scope.variables) : value,
    alias,
    aliasPrefix: prefix,
  }
}

function setRoot(scope: LevelScope, statement: Statement, report: Report, alias: boolean): void {
  const [word] = statement.args
  if (word === undefined) return
  if (scope.has(rootSetting))
    report.emerg(
      alias
        ? '"alias" directive is duplicate, "root" directive was specified earlier'
        : '"root" directive is duplicate, "alias" directive was specified earlier',
    )
  if (alias && scope instanceof LocationScope && scope.name.kind === 'named')
    report.emerg('the "alias" directive cannot be used inside the named location')
  let { text } = word
  if (!alias && text.length > 1 && text.endsWith('/')) text = text.slice(0, -1)
  const path = text.startsWith('/') || text.startsWith('$') ? text : `${scope.http.prefix}${text}`
  const value = compileAt(word, scope, report, path)
  const prefix = alias && scope instanceof LocationScope && scope.name.kind !== 'regex' ? scope.name.text : undefined
  if (value !== undefined) scope.set(rootSetting, { value, alias, prefix })
}
