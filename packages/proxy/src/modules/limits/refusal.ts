/** What `limit_req` and `limit_conn` say alike of those they refuse: with which status, how loudly, and whether in earnest. */
import type { Directive } from '../../language/directive.ts'
import { choiceRow, flagRow, numberRow } from '../../language/rows.ts'
import { everywhere } from '../../model/row.ts'
import type { LevelScope } from '../../model/scope.ts'
import { setting } from '../../model/setting.ts'

/** How a place refuses. */
export interface Refusal {
  readonly status: number
  /** Requests are only counted. */
  readonly isDryRun: boolean
  readonly logLevel: 'info' | 'notice' | 'warn' | 'error'
}

/** The rows of one kind of limits, and how to read them. */
export interface RefusalRows {
  readonly directives: readonly Directive[]
  readonly read: (scope: LevelScope) => Refusal
}

/** Makes the rows `NAME_status`, `NAME_dry_run` and `NAME_log_level`. */
export function refusalRows(name: string): RefusalRows {
  const status = setting(`${name}_status`, 503)
  const dryRun = setting(`${name}_dry_run`, false)
  const logLevel = setting<Refusal['logLevel']>(`${name}_log_level`, 'error')
  return {
    directives: [
      numberRow(status.name, everywhere, status, 'The status of refused requests.', [400, 599]),
      flagRow(dryRun.name, everywhere, dryRun, 'Whether requests are only counted.'),
      choiceRow(logLevel.name, everywhere, logLevel, 'How refusals are logged.', {
        info: 'info',
        notice: 'notice',
        warn: 'warn',
        error: 'error',
      } as const),
    ],
    read: (scope) => ({
      status: scope.value(status),
      isDryRun: scope.value(dryRun),
      logLevel: scope.value(logLevel),
    }),
  }
}
