import type { WorkerRecord } from '../scoreboard/record.ts'
import type { PolicySettings } from './settings.ts'

/** A worker as the rules see it. */
export interface PolicyWorker {
  readonly id: number
  readonly slot: number
  readonly state: 'starting' | 'ready' | 'draining'
  /** Milliseconds since it became ready; 0 before. */
  readonly uptime: number
  readonly record: WorkerRecord
  /** Bytes, resident and of address space; 0 when nobody has looked. */
  readonly rss: number
  readonly as: number
}

/** What is decided on. */
export interface PolicyInput {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly workers: readonly PolicyWorker[]
  /** How many slots are to have a worker at present. */
  readonly size: number
  /** How many may have one. */
  readonly processes: number
  /** Connections that wait to be accepted; undefined where the system does not say. */
  readonly queue: number | undefined
}

/** What the master is to do: `kill` with SIGKILL, `recycle` (successor first), `resize` to so many workers. */
export type PolicyAction =
  | { readonly kind: 'kill' | 'recycle'; readonly worker: number; readonly reason: string }
  | { readonly kind: 'resize'; readonly size: number; readonly reason: string }

/** One rule at work. It may remember what it saw, and looks at nothing but its input. */
export interface Rule {
  /** Milliseconds between two looks. */
  readonly every: number
  /** When something is certain to be decided, if sooner than that: milliseconds since 1970. */
  next?(input: PolicyInput): number
  /** It looks at `rss` and `as`, or at `queue`, which cost system calls. */
  readonly needs?: 'memory' | 'queue'
  decide(input: PolicyInput): readonly PolicyAction[]
}

/** Makes a rule where the settings ask for it. */
export type RuleMaker = (settings: PolicySettings) => Rule | undefined

/** Rules that need no quick answer look once a second, as uWSGI's master does. */
export const onceASecond = 1000
