/** The directives of the main level: what concerns processes rather than requests. */
import { availableParallelism } from 'node:os'
import { differing, type Directive } from '../../language/directive.ts'
import type { Report } from '../../language/diagnostic.ts'
import { fileName } from '../../language/load.ts'
import type { Statement } from '../../language/statement.ts'
import { argument, readChoice, readFlag, readNumber, readTime } from '../../language/values.ts'
import type { Module } from '../../model/module.ts'
import { acceptedRow } from '../../model/row.ts'
import { readErrorLog } from './error-log.ts'
import { eventRows } from './events.ts'
import { limitRows } from './limits.ts'
import { draftOf, type MainDraft } from './settings.ts'
import { readUser } from './user.ts'

/** What to do about nginx's directives that Trivet does not have: has to be known before the others are read. */
export function unimplementedPolicy(statements: readonly Statement[]): 'refuse' | 'warn' {
  const last = statements.findLast(({ name }) => name === 'trivet_unimplemented')
  return last?.args[0]?.text === 'warn' ? 'warn' : 'refuse'
}

type Apply = (settings: MainDraft, statement: Statement, report: Report) => void

/** A row of the main level that may stand once. */
function row(name: string, args: Directive['args'], doc: string, apply: Apply, once = true): Directive {
  return {
    name,
    contexts: ['main'],
    args,
    once,
    doc,
    apply: (scope, statement, report) => apply(draftOf(scope), statement, report),
  }
}

const rows: readonly Directive[] = [
  differing(
    row('daemon', 'flag', 'Go into the background (default off).', (settings, statement, report) => {
      settings.daemon = readFlag(statement, report) ?? settings.daemon
    }),
    'The default is `off`: terminals, containers and supervisors want the process they started.',
  ),
  differing(
    row(
      'master_process',
      'flag',
      'A master and workers, or one process (default on).',
      (settings, statement, report) => {
        settings.master = readFlag(statement, report) ?? settings.master
      },
    ),
    'With `off` there are no reloads.',
  ),
  row('worker_processes', [1, 1], 'How many workers, or `auto`: one per core.', (settings, statement, report) => {
    const auto = argument(statement).text === 'auto'
    settings.workers = auto ? availableParallelism() : (readNumber(statement, report, 0, [1]) ?? settings.workers)
  }),
  differing(
    row('pid', [1, 1], 'The file with the process id.', (settings, statement) => {
      settings.pid = fileName(argument(statement).text)
    }),
    'The default is `logs/nginx.pid` where there is a folder `logs`, else `nginx.pid`.',
  ),
  row(
    'error_log',
    [1, Number.POSITIVE_INFINITY],
    'Where errors are logged and from which level on (default level error).',
    (settings, statement, report) => {
      const log = readErrorLog(statement, report)
      if (log !== undefined) settings.errorLogs.push(log)
    },
    false,
  ),
  differing(
    row(
      'user',
      [1, 2],
      'User and group of the workers, when the master runs as root.',
      (settings, statement, report) => {
        settings.user = readUser(statement, report)
      },
    ),
    'Without it workers keep the user of the master.',
  ),
  differing(
    row(
      'worker_shutdown_timeout',
      [1, 1],
      'Time a leaving worker has for its requests.',
      (settings, statement, report) => {
        settings.shutdownTimeout = readTime(statement, report) ?? settings.shutdownTimeout
      },
    ),
    'The default is 30 s, so that reloads do not pile up workers; `0` is without end.',
  ),
  row('working_directory', [1, 1], 'The current folder of the workers.', (settings, statement) => {
    settings.workingDirectory = fileName(argument(statement).text)
  }),
  row(
    'env',
    [1, 1],
    'A variable of the environment that workers keep or are given.',
    (settings, statement) => {
      settings.env.push(fileName(argument(statement).text))
    },
    false,
  ),
  row(
    'trivet_unimplemented',
    [1, 1],
    "`refuse` or `warn` about nginx's directives that are not there.",
    (_, statement, report) => {
      readChoice(statement, report, { refuse: true, warn: true })
    },
  ),
  row(
    'load_module',
    [1, 1],
    "Warned about: nginx's binary modules cannot be loaded.",
    (_, statement, report) => {
      report.warn(
        '"load_module" is passed over: modules are built in here, and those of nginx cannot be loaded',
        argument(statement).place,
      )
    },
    false,
  ),
  ...eventRows,
  ...limitRows,
  ...['timer_resolution', 'lock_file', 'debug_points', 'pcre_jit', 'thread_pool'].map((name) =>
    acceptedRow(name, 'Accepted: Node and the operating system decide.'),
  ),
]

/** The main level and `events`. */
export const main: Module = { name: 'main', directives: rows }
