import type { CacheSettings } from './cache/settings.ts'

/** What processes of a container share. */
export interface SharingSettings {
  readonly caches: readonly CacheSettings[]
  /** Locks beside lock 0. */
  readonly locks: number
  /** One per mule: its file, absolute, or undefined for one that only works for others. */
  readonly mules: readonly (string | undefined)[]
  /** Most bytes of a message to a mule. */
  readonly messageSize: number
}
