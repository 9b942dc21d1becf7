/** The directives of the main level and of `events`: what concerns processes rather than requests. */
import { availableParallelism } from 'node:os'
import { fileName } from '../language/load.ts'
import type { Report } from '../language/diagnostic.ts'
import { key } from '../language/directive.ts'
import type { Context, Directive, Key, Scope } from '../language/directive.ts'
import type { Statement } from '../language/statement.ts'
import { argument, readChoice, readFlag, readNumber, readTime } from '../language/values.ts'
import type { Module } from '../model/module.ts'
import { findGroup, findUser } from '../process/account.ts'
import { logLevels } from '../process/error-log.ts'
import type { LogLevel, Owner } from '../process/error-log.ts'

/** An `error_log` as written: its file is not yet made absolute. */
export interface ErrorLogSetting {
  /** Undefined is standard error. */
  readonly file: string | undefined
  readonly level: LogLevel
}

/** What the main level says about processes. */
export interface MainSettings {
  readonly daemon: boolean
  readonly master: boolean
  readonly workers: number
  readonly pid: string | undefined
  readonly errorLogs: readonly ErrorLogSetting[]
  /** Who the workers run as; undefined leaves them with the master's user. */
  readonly user: Owner | undefined
  /** How long a worker that is told to go may finish its requests, in milliseconds; 0 is without end. */
  readonly shutdownTimeout: number
  readonly workingDirectory: string | undefined
  /** `NAME` is passed on from the master's environment, `NAME=value` is set. */
  readonly env: readonly string[]
  readonly workerConnections: number
}

/** nginx waits without end by default; then every reload leaves workers behind that hold one WebSocket each. */
const defaultShutdownTimeout = 30_000

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

interface Draft extends Writable<Omit<MainSettings, 'errorLogs' | 'env'>> {
  readonly errorLogs: ErrorLogSetting[]
  readonly env: string[]
}

const draftKey: Key<Draft> = key('main settings')

/** What the main level has set so far; final when all statements have been applied. */
export function mainSettings(scope: Scope): MainSettings {
  return draftOf(scope)
}

function draftOf(scope: Scope): Draft {
  const known = scope.inherited(draftKey)
  if (known !== undefined) return known
  const draft: Draft = {
    daemon: false,
    master: true,
    workers: 1,
    pid: undefined,
    errorLogs: [],
    user: undefined,
    shutdownTimeout: defaultShutdownTimeout,
    workingDirectory: undefined,
    env: [],
    workerConnections: 512,
  }
  scope.set(draftKey, draft)
  return draft
}

/** Reads `error_log FILE|stderr [LEVEL]`; also for the rows of the inner levels. */
export function readErrorLog(statement: Statement, report: Report): ErrorLogSetting | undefined {
  const target = argument(statement).text
  const level = statement.args[1] === undefined ? 'error' : readLevel(statement, report)
  if (level === undefined) return undefined
  if (/^(?:syslog|memory):/.test(target)) {
    report.emerg(
      `\`error_log ${target.split(':')[0]}:\` of nginx is not implemented by trivet`,
      statement.args[0]?.place,
    )
    return undefined
  }
  return { file: target === 'stderr' ? undefined : fileName(target), level }
}

/** nginx's debug categories (`debug_http`, ...) are one level here. */
function readLevel(statement: Statement, report: Report): LogLevel | undefined {
  const { text, place } = argument(statement, 1)
  if (/^debug_(?:core|alloc|mutex|event|http|mail|stream)$/.test(text)) return 'debug'
  const level = logLevels.find((name) => name === text)
  if (level === undefined) report.emerg(`invalid log level "${text}"`, place, `one of ${logLevels.join(', ')}`)
  return level
}

/** What to do about nginx's directives that Trivet does not have: has to be known before the others are read. */
export function unimplementedPolicy(statements: readonly Statement[]): 'refuse' | 'warn' {
  const last = statements.findLast(({ name }) => name === 'trivet_unimplemented')
  return last?.args[0]?.text === 'warn' ? 'warn' : 'refuse'
}

type Apply = (settings: Draft, statement: Statement, report: Report) => void

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

/** Directives that tune what the operating system or Node decides here: read, checked for shape, without effect. */
function accepted(context: Context, names: Readonly<Record<string, Directive['args']>>): Directive[] {
  return Object.entries(names).map(([name, args]) => ({
    name,
    contexts: [context],
    args,
    doc: 'Accepted and without effect: the operating system or Node decides.',
    apply: (_scope, statement, report) => {
      if (args === 'flag') readFlag(statement, report)
    },
  }))
}

/** Directives somebody may count on that cannot be heeded: that is said. */
function withoutEffect(context: Context, names: Readonly<Record<string, Directive['args']>>): Directive[] {
  return Object.entries(names).map(([name, args]) => ({
    name,
    contexts: [context],
    args,
    doc: 'Without effect: Node has no means for it.',
    apply: (_scope, _statement, report) => report.warn(`"${name}" has no effect: Node has no means for it`),
  }))
}

const any = Number.POSITIVE_INFINITY

const rows: readonly Directive[] = [
  row('daemon', 'flag', 'Go into the background (default off).', (settings, statement, report) => {
    settings.daemon = readFlag(statement, report) ?? settings.daemon
  }),
  row('master_process', 'flag', 'A master and workers, or one process (default on).', (settings, statement, report) => {
    settings.master = readFlag(statement, report) ?? settings.master
  }),
  row('worker_processes', [1, 1], 'How many workers, or `auto`: one per core.', (settings, statement, report) => {
    const auto = argument(statement).text === 'auto'
    settings.workers = auto ? availableParallelism() : (readNumber(statement, report, 0, [1]) ?? settings.workers)
  }),
  row('pid', [1, 1], 'The file with the process id.', (settings, statement) => {
    settings.pid = fileName(argument(statement).text)
  }),
  row(
    'error_log',
    [1, 2],
    'Where errors are logged and from which level on (default level error).',
    (settings, statement, report) => {
      const log = readErrorLog(statement, report)
      if (log !== undefined) settings.errorLogs.push(log)
    },
    false,
  ),
  row('user', [1, 2], 'User and group of the workers, when the master runs as root.', (settings, statement, report) => {
    settings.user = readUser(statement, report)
  }),
  row(
    'worker_shutdown_timeout',
    [1, 1],
    'Time a leaving worker has for its requests.',
    (settings, statement, report) => {
      settings.shutdownTimeout = readTime(statement, report) ?? settings.shutdownTimeout
    },
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
  {
    name: 'events',
    contexts: ['main'],
    args: [0, 0],
    block: 'events',
    once: true,
    doc: 'How connections are handled.',
    apply: (scope, statement) => {
      draftOf(scope)
      return scope.child('events', statement)
    },
  },
  {
    name: 'worker_connections',
    contexts: ['events'],
    args: [1, 1],
    once: true,
    doc: 'How many connections one worker may hold (default 512).',
    apply: (scope, statement, report) => {
      const settings = draftOf(scope)
      settings.workerConnections = readNumber(statement, report, 0, [1]) ?? settings.workerConnections
    },
  },
  ...withoutEffect('main', {
    worker_rlimit_core: [1, 1],
    worker_priority: [1, 1],
    worker_cpu_affinity: [1, any],
  }),
  ...withoutEffect('events', { debug_connection: [1, 1] }),
  ...accepted('main', {
    // Node raises the limit of open files as far as the system allows.
    worker_rlimit_nofile: [1, 1],
    timer_resolution: [1, 1],
    lock_file: [1, 1],
    debug_points: [1, 1],
    pcre_jit: 'flag',
    thread_pool: [2, 3],
  }),
  ...accepted('events', {
    use: [1, 1],
    multi_accept: 'flag',
    accept_mutex: 'flag',
    accept_mutex_delay: [1, 1],
    worker_aio_requests: [1, 1],
  }),
]

function readUser(statement: Statement, report: Report): Owner | undefined {
  if (process.geteuid?.() !== 0) {
    report.warn(
      'the "user" directive makes sense only if the master process runs with super-user privileges, ignored',
      statement.place,
    )
    return undefined
  }
  const [name, group] = statement.args
  const user = findUser(name?.text ?? '')
  if (user === undefined) {
    report.emerg(`getpwnam("${name?.text}") failed`, name?.place, 'there is no such user')
    return undefined
  }
  if (group === undefined) {
    const own = findGroup(name?.text ?? '')
    return { uid: user.uid, gid: own ?? user.gid }
  }
  const gid = findGroup(group.text)
  if (gid === undefined) report.emerg(`getgrnam("${group.text}") failed`, group.place, 'there is no such group')
  return gid === undefined ? undefined : { uid: user.uid, gid }
}

/** The core of the main level. */
export const coreMain: Module = { name: 'core', directives: rows }
