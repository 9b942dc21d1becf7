/** `root` and `alias`: from URIs to files. */
import { differing, type Directive } from '../../language/directive.ts'
import type { Report } from '../../language/diagnostic.ts'
import type { Statement } from '../../language/statement.ts'
import type { SymlinkRule } from '../../http/symlinks.ts'
import type { CoreSettings } from '../../model/core-settings.ts'
import { compileAt, everywhereAndIf, row, textOf } from '../../model/row.ts'
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

const symlinks = setting<SymlinkRule | undefined>('disable_symlinks', undefined)

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
  differing(
    row('disable_symlinks', 'Which symbolic links are refused.', { args: [1, 2], once: true }, applySymlinks),
    'Outside of Linux a link that is put in place between look and open is followed.',
  ),
]

/** The folder of a place. */
export function readRoot(scope: LevelScope): Pick<CoreSettings, 'root' | 'alias' | 'aliasPrefix' | 'symlinks'> {
  const { value, alias, prefix } = scope.value(rootSetting)
  const isInitial = value === rootSetting.initial.value
  const nowhere = { file: '', line: 0, column: 0 }
  return {
    root: isInitial ? compileText(`${scope.http.prefix}html`, nowhere, scope.variables) : value,
    alias,
    aliasPrefix: prefix,
    symlinks: scope.value(symlinks),
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

const refusals: Readonly<Record<string, SymlinkRule['refuses'] | 'none'>> = {
  off: 'none',
  on: 'all',
  if_not_owner: 'foreign',
}

function applySymlinks(scope: LevelScope, statement: Statement, report: Report): void {
  const refuses = refusals[textOf(statement, 0)]
  const [first, word] = statement.args
  if (refuses === undefined) return report.emerg(`invalid parameter "${first?.text ?? ''}"`, first?.place)
  if (word !== undefined && (refuses === 'none' || !word.text.startsWith('from=')))
    return report.emerg(`invalid parameter "${word.text}"`, word.place)
  const from = word && compileAt(word, scope, report, word.text.slice('from='.length))
  scope.set(symlinks, refuses === 'none' ? undefined : { refuses, from })
}
