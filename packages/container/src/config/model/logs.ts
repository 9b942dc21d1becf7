/** What options/table/logs.ts means. */
import { readEncoder } from '../../log/encode.ts'
import type { RouteSettings, StreamSettings } from '../../log/router.ts'
import { readLogger, type LoggerSettings } from '../../log/sinks/settings.ts'
import { readNumber, ValueError } from '../convert.ts'
import type { Reading } from '../reading.ts'

/** Which requests are logged although requests are not. */
export interface RequestConditions {
  readonly empty: boolean
  readonly status4xx: boolean
  readonly status5xx: boolean
  /** Milliseconds; undefined: however slow. */
  readonly slow: number | undefined
  /** Bytes; undefined: however big. */
  readonly big: number | undefined
}

/** What a worker needs to know of the log. */
export interface RequestLogSettings {
  /** Absolute; undefined is standard output, through the master. */
  readonly file: string | undefined
  /** Whether every request is logged. */
  readonly requests: boolean
  /** uWSGI's `log-format`; undefined is its default line. */
  readonly format: string | undefined
  readonly conditions: RequestConditions
  /** The client is who X-Forwarded-For says. */
  readonly forwardedFor: boolean
  /** Lines begin with the worker's memory. */
  readonly memory: boolean
  /** The format goes through strftime. */
  readonly strftime: boolean
  /** Times in the default line are microseconds. */
  readonly micros: boolean
}

/** What is logged, and where. */
export interface LogSettings extends RequestLogSettings {
  /** Where the master's lines go, and what programs print; undefined: to `file`, or standard output. */
  readonly events: StreamSettings | undefined
  /** Where lines of requests go that travel through the master; undefined: where the others go. */
  readonly requestLines: StreamSettings | undefined
  /** strftime's format of the time before the master's lines; undefined is ctime's. */
  readonly date: string | undefined
  /** Whether the files are emptied at the start. */
  readonly truncate: boolean
  /** Whether the files are opened anew after a reload. */
  readonly reopen: boolean
}

/** Reads what is logged. */
export function resolveLogs(reading: Reading): LogSettings {
  const { values } = reading
  const file = reading.path('logto') ?? reading.path('daemonize')
  const streams = readStreams(reading, file)
  return {
    file: streams.events === undefined && streams.requestLines === undefined ? file : undefined,
    requests: !values.flag('disable-logging'),
    format: values.text('log-format'),
    conditions: {
      empty: values.flag('log-zero'),
      status4xx: values.flag('log-4xx'),
      status5xx: values.flag('log-5xx'),
      slow: values.optional('log-slow', (text) => readNumber(text, [0, 86_400_000])),
      big: values.optional('log-big', (text) => readNumber(text, [0, Number.MAX_SAFE_INTEGER])),
    },
    forwardedFor: values.flag('log-x-forwarded-for'),
    memory: values.flag('memory-report'),
    strftime: values.flag('log-format-strftime'),
    micros: values.flag('log-micros'),
    ...streams,
    date: values.optional('log-date', (text) => (text === '' || text === 'true' ? undefined : text)),
    truncate: values.flag('log-truncate'),
    reopen: values.flag('log-reopen'),
  }
}

function readStreams(reading: Reading, file: string | undefined): Pick<LogSettings, 'events' | 'requestLines'> {
  const { values, directory } = reading
  const read = (text: string): LoggerSettings => readLogger(text, directory)
  const loggers = [
    ...values.every('logger', read),
    ...values.every('log-syslog', (text) => read(`syslog:${text}`)),
    ...values.every('log-socket', (text) => read(`socket:${text}`)),
  ]
  const requestLoggers = values.every('req-logger', read)
  const encoders = values.every('log-encoder', readEncoder)
  const requestEncoders = values.every('log-req-encoder', readEncoder)
  const [drain, filter] = ['log-drain', 'log-filter'].map((name) => values.every(name, readPattern))
  const maxSize = values.number('log-maxsize')
  const backup = reading.path('log-backupname')
  const plain: LoggerSettings = {
    name: undefined,
    sink: file === undefined ? { kind: 'stdio', fd: 1 } : { kind: 'file', path: file, maxSize, backup },
  }
  const routes = readRoutes(reading, 'log-route', loggers)
  const some = drain?.length !== 0 || filter?.length !== 0 || encoders.length > 0
  const events: StreamSettings | undefined =
    loggers.length === 0 && !some && (maxSize === 0 || file === undefined)
      ? undefined
      : {
          loggers: loggers.some(({ name }) => name === undefined) ? loggers : [plain, ...loggers],
          routes,
          encoders,
          drain: drain ?? [],
          filter: filter ?? [],
        }
  const own = requestLoggers.length > 0 ? requestLoggers : (events?.loggers ?? [plain])
  const requestRoutes = readRoutes(reading, 'log-req-route', own)
  const requestLines: StreamSettings | undefined =
    requestLoggers.length === 0 && requestEncoders.length === 0
      ? undefined
      : {
          loggers: own,
          routes: requestRoutes,
          encoders: requestEncoders,
          drain: [],
          filter: [],
        }
  return { events, requestLines }
}

/** `log-route = LOGGER PATTERN`. */
function readRoutes({ values }: Reading, option: string, loggers: readonly LoggerSettings[]): readonly RouteSettings[] {
  return values.every(option, (text) => {
    const match = /^(\S+)\s+(.+)$/s.exec(text)
    if (match === null) throw new ValueError(`expected LOGGER PATTERN, got \`${text}\``)
    const [, logger = '', pattern = ''] = match
    if (!loggers.some(({ name }) => name === logger)) throw new ValueError(`there is no logger called \`${logger}\``)
    return { logger, pattern: readPattern(pattern) }
  })
}

function readPattern(text: string): string {
  try {
    return new RegExp(text).source
  } catch (error) {
    throw new ValueError(`expected a regular expression: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The part of the settings that workers are told. */
export function requestLogSettings(settings: LogSettings): RequestLogSettings {
  const { file, requests, format, conditions, forwardedFor, memory, strftime, micros } = settings
  return { file, requests, format, conditions, forwardedFor, memory, strftime, micros }
}

/** Whether there may be a line for some request at all. */
export function logsRequests({ requests, conditions }: RequestLogSettings): boolean {
  const { empty, status4xx, status5xx, slow, big } = conditions
  return requests || empty || status4xx || status5xx || slow !== undefined || big !== undefined
}
