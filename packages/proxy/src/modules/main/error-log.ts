/** `error_log`, on all levels. */
import type { Report } from '../../language/diagnostic.ts'
import { fileName } from '../../language/load.ts'
import type { Statement, Word } from '../../language/statement.ts'
import { argument } from '../../language/values.ts'
import { logLevels, type LogLevel } from '../../process/error-log.ts'
import { parseSyslog } from '../../process/syslog.ts'
import type { ErrorLogSetting } from './settings.ts'

/** Reads `error_log FILE|stderr [LEVEL]`; also for the rows of the inner levels. */
export function readErrorLog(statement: Statement, report: Report): ErrorLogSetting | undefined {
  const target = argument(statement).text
  const levels = statement.args.slice(1).map((word) => readLevel(word, report))
  // nginx's debug categories may be named together; they are one level here.
  const level = levels.length === 0 ? 'error' : levels[0]
  if (level === undefined) return undefined
  if (target.startsWith('memory:')) {
    report.emerg('`error_log memory:` of nginx is not implemented by trivet', statement.args[0]?.place)
    return undefined
  }
  if (target.startsWith('syslog:')) return readSyslog(target, level, statement, report)
  return { file: target === 'stderr' ? undefined : fileName(target), level }
}

function readSyslog(
  target: string,
  level: LogLevel,
  statement: Statement,
  report: Report,
): ErrorLogSetting | undefined {
  try {
    return { file: undefined, syslog: parseSyslog(target.slice('syslog:'.length)), level }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    report.emerg(error.message, statement.args[0]?.place)
    return undefined
  }
}

/** nginx's debug categories (`debug_http`, ...) are one level here. */
function readLevel({ text, place }: Word, report: Report): LogLevel | undefined {
  if (/^debug_(?:core|alloc|mutex|event|http|mail|stream)$/.test(text)) return 'debug'
  const level = logLevels.find((name) => name === text)
  if (level === undefined) report.emerg(`invalid log level "${text}"`, place, `one of ${logLevels.join(', ')}`)
  return level
}
