/** How long connections are kept and how they end. */
import type { Directive } from '../../language/directive.ts'
import { choiceRow, numberRow, timeRow } from '../../language/rows.ts'
import { parseTime } from '../../language/values.ts'
import type { CoreSettings } from '../../model/core-settings.ts'
import { everywhere, everywhereAndIf, row, sizeValueRow, textOf, textsOf } from '../../model/row.ts'
import type { LevelScope } from '../../model/scope.ts'
import { setting, type Setting } from '../../model/setting.ts'
import type { Value } from '../../model/value.ts'

const minute = 60_000
const sendTimeout = setting('send_timeout', minute)
const limitRate = setting<Value | undefined>('limit_rate', undefined)
const limitRateAfter = setting<Value | undefined>('limit_rate_after', undefined)
const keepaliveTimeout: Setting<{ readonly timeout: number; readonly header: number }> = setting('keepalive_timeout', {
  timeout: 75_000,
  header: 0,
})
const keepaliveRequests = setting('keepalive_requests', 1000)
const keepaliveTime = setting('keepalive_time', 3_600_000)
const keepaliveDisable: Setting<ReadonlySet<string>> = setting('keepalive_disable', new Set(['msie6']))
const lingeringClose = setting<'off' | 'on' | 'always'>('lingering_close', 'on')
const lingeringTime = setting('lingering_time', 30_000)
const lingeringTimeout = setting('lingering_timeout', 5000)
const onOff = { on: 'on', off: 'off' } as const

/** The rows about connections. */
export const connectionRows: readonly Directive[] = [
  sizeValueRow('limit_rate', everywhereAndIf, limitRate, 'Bytes per second of an answer; 0 is no limit.'),
  sizeValueRow('limit_rate_after', everywhereAndIf, limitRateAfter, 'How much goes before the rate holds.'),
  timeRow('send_timeout', everywhere, sendTimeout, 'The longest pause while an answer is sent.'),
  row(
    'keepalive_timeout',
    'How long an idle connection is kept, and what the client is told.',
    { args: [1, 2], once: true },
    (scope, statement, report) => {
      const timeout = parseTime(textOf(statement, 0))
      const header = statement.args[1] === undefined ? 0 : parseTime(textOf(statement, 1), 's')
      if (timeout === undefined || header === undefined) report.emerg('invalid value in "keepalive_timeout" directive')
      else scope.set(keepaliveTimeout, { timeout, header: header / 1000 })
    },
  ),
  numberRow('keepalive_requests', everywhere, keepaliveRequests, 'How many requests a connection may carry.'),
  row(
    'keepalive_disable',
    'Browsers whose connections are not kept.',
    { args: [1, 2], once: true },
    (scope, statement) => {
      scope.set(keepaliveDisable, new Set(textsOf(statement)))
    },
  ),
  timeRow('keepalive_time', everywhere, keepaliveTime, 'How old a connection may be to carry another request.'),
  choiceRow('lingering_close', everywhere, lingeringClose, 'Whether to wait for more from the client before closing.', {
    ...onOff,
    always: 'always',
  } as const),
  timeRow('lingering_time', everywhere, lingeringTime, 'How long to read what nobody wants.'),
  timeRow('lingering_timeout', everywhere, lingeringTimeout, 'The longest pause while that is read.'),
]

type ConnectionSettings = Pick<
  CoreSettings,
  | 'sendTimeout'
  | 'limitRate'
  | 'limitRateAfter'
  | 'keepaliveTimeout'
  | 'keepaliveHeader'
  | 'keepaliveRequests'
  | 'keepaliveTime'
  | 'keepaliveDisable'
  | 'lingeringClose'
  | 'lingeringTime'
  | 'lingeringTimeout'
>

/** What holds for connections whose request ended in a place. */
export function readConnectionSettings(scope: LevelScope): ConnectionSettings {
  const keepalive = scope.value(keepaliveTimeout)
  return {
    sendTimeout: scope.value(sendTimeout),
    limitRate: scope.value(limitRate),
    limitRateAfter: scope.value(limitRateAfter),
    keepaliveTimeout: keepalive.timeout,
    keepaliveHeader: keepalive.header,
    keepaliveRequests: scope.value(keepaliveRequests),
    keepaliveTime: scope.value(keepaliveTime),
    keepaliveDisable: scope.value(keepaliveDisable),
    lingeringClose: scope.value(lingeringClose),
    lingeringTime: scope.value(lingeringTime),
    lingeringTimeout: scope.value(lingeringTimeout),
  }
}
