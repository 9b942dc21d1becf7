import type { BoundListener } from '../bind/bind.ts'
import { PreforkError } from '../error.ts'
import type { PolicySettings } from '../policy/settings.ts'
import type { RespawnLimits } from './respawn-policy.ts'

/** What to run, on which sockets, how many, and how patiently. Times are milliseconds; `Infinity` switches one off. */
export interface MasterOptions extends Partial<RespawnLimits> {
  /** Handed to each worker as descriptors 3, 4, ... in this order. */
  readonly listeners: readonly BoundListener[]
  readonly processes: number
  readonly command: string
  readonly args: readonly string[]
  /** The workers' environment; default: the master's. The contract's own variables are added. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Who the workers run as; needs root. */
  readonly uid?: number
  readonly gid?: number
  /** Supplementary groups, with `uid` and `gid`; Linux, by `setpriv` of util-linux. Default: none are kept. */
  readonly groups?: readonly number[]
  /** Any JSON: part of the answer to each worker's hello. */
  readonly payload?: unknown
  /** From spawn to ready. Default 60,000. */
  readonly startTimeout?: number
  /** From drain to SIGKILL. Default 60,000, uWSGI's mercy. */
  readonly drainTimeout?: number
  /** From SIGTERM to SIGKILL, where a worker is not asked to drain. Default 2,000. */
  readonly killTimeout?: number
  /** A ready worker that leaves a ping unanswered for so long is ended and replaced. Default: never, since an application may compute for a while. */
  readonly hangTimeout?: number
  /** How many requests one worker works on at once and shows on the scoreboard, such as its threads. Default 1: a worker in JavaScript shows the oldest. */
  readonly cores?: number
  /** One process per generation loads the application and forks the workers; for languages that can. Default false. */
  readonly zygote?: boolean
  /** Processes kept waiting with nothing loaded but the program, so that a reload is quick; for development. Default 0. */
  readonly spares?: number
  /** When workers are ended, replaced, added and retired. Default: none of it. */
  readonly policy?: PolicySettings
}

/** MasterOptions with nothing left open. */
export interface Settings extends RespawnLimits {
  readonly listeners: readonly BoundListener[]
  readonly processes: number
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string | undefined
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly groups: readonly number[]
  readonly payload: unknown
  readonly startTimeout: number
  readonly drainTimeout: number
  readonly killTimeout: number
  readonly hangTimeout: number
  readonly cores: number
  readonly zygote: boolean
  readonly spares: number
  readonly policy: PolicySettings
}

/** Applies the defaults. */
export function settle(options: MasterOptions): Settings {
  const { processes } = options
  if (!Number.isInteger(processes) || processes < 1) {
    throw new PreforkError('option-invalid', `\`processes\` must be a whole number from 1 on, got ${processes}`)
  }
  return {
    listeners: options.listeners,
    processes,
    command: options.command,
    args: options.args,
    env: options.env ?? process.env,
    cwd: options.cwd,
    uid: options.uid,
    gid: options.gid,
    groups: options.groups ?? [],
    payload: options.payload ?? null,
    startTimeout: options.startTimeout ?? 60_000,
    drainTimeout: options.drainTimeout ?? 60_000,
    killTimeout: options.killTimeout ?? 2000,
    hangTimeout: options.hangTimeout ?? Number.POSITIVE_INFINITY,
    cores: options.cores ?? 1,
    zygote: options.zygote ?? false,
    spares: options.spares ?? 0,
    policy: options.policy ?? {},
    respawnDelay: options.respawnDelay ?? 100,
    respawnDelayMax: options.respawnDelayMax ?? 10_000,
    respawnReset: options.respawnReset ?? 5000,
    respawnLimit: options.respawnLimit ?? Number.POSITIVE_INFINITY,
  }
}
