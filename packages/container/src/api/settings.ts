import type { CacheSettings } from './cache/settings.ts'

/** What processes of a container share, and which work beside its workers. */
export interface SharingSettings {
  readonly caches: readonly CacheSettings[]
  /** Locks beside lock 0. */
  readonly locks: number
  /** One per mule: its file, absolute, or undefined for one that only works for others. */
  readonly mules: readonly (string | undefined)[]
  /** Most bytes of a message to a mule. */
  readonly messageSize: number
  readonly spooler: SpoolerSettings
  /** Every option as it was given, for `uwsgi.opt`: true for a flag, a list when there is more than one. */
  readonly given: Readonly<Record<string, true | string | readonly string[]>>
}

/** The spooler: which folders, how many processes each, how often and for how long. */
export interface SpoolerSettings {
  /** Absolute. */
  readonly folders: readonly string[]
  readonly processes: number
  /** Seconds between two looks, when nobody tells of a new task. */
  readonly frequency: number
  /** Seconds that a task may take, 0 for no bound. */
  readonly harakiri: number
  /** Tasks after which a spooler is replaced, 0 for never. */
  readonly maxTasks: number
}
