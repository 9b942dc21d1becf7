/** What the main level and `events` say about processes, gathered while their directives are applied. */
import { key, type Key, type Scope } from '../../language/directive.ts'
import type { AddressMatcher } from '../../model/address-matcher.ts'
import type { LogLevel, Owner } from '../../process/error-log.ts'
import type { WorkerLimits } from '../../process/worker-limits.ts'
import type { SyslogSettings } from '../../process/syslog.ts'

/** An `error_log` as written: its file is not yet made absolute. */
export interface ErrorLogSetting {
  /** Undefined is standard error. */
  readonly file: string | undefined
  readonly syslog?: SyslogSettings
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
  readonly limits: WorkerLimits
  /** Clients whose connections are logged down to the level debug. */
  readonly debugConnections: readonly AddressMatcher[]
}

/** nginx waits without end by default; then every reload leaves workers behind that hold one WebSocket each. */
const defaultShutdownTimeout = 30_000

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** The settings while they are gathered. */
export interface MainDraft extends Writable<Omit<MainSettings, 'errorLogs' | 'env' | 'debugConnections'>> {
  readonly errorLogs: ErrorLogSetting[]
  readonly env: string[]
  readonly debugConnections: AddressMatcher[]
}

const draftKey: Key<MainDraft> = key('main settings')

/** What the main level has set so far; final when all statements have been applied. */
export function mainSettings(scope: Scope): MainSettings {
  return draftOf(scope)
}

/** The settings to add to, from any scope inside the main one. */
export function draftOf(scope: Scope): MainDraft {
  const known = scope.inherited(draftKey)
  if (known !== undefined) return known
  const draft: MainDraft = {
    daemon: false,
    master: true,
    workers: 1,
    pid: undefined,
    errorLogs: [],
    user: undefined,
    shutdownTimeout: defaultShutdownTimeout,
    workingDirectory: undefined,
    env: [],
    debugConnections: [],
    workerConnections: 512,
    limits: { openFiles: undefined, core: undefined, priority: undefined, affinity: [] },
  }
  scope.set(draftKey, draft)
  return draft
}
