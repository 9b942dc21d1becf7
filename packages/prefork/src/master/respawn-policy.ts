/** Decides when a worker that died is replaced. Replaceable: the master asks and obeys. */
export interface RespawnPolicy {
  /** Milliseconds to wait before the slot gets a new worker, or `give-up`. `uptime` counts from ready; 0 when it never was. */
  decide(slot: number, uptime: number): number | 'give-up'
  /** A reload succeeded: what happened to earlier workers no longer counts. */
  reset(): void
}

export interface RespawnLimits {
  /** Milliseconds before the second try; doubled with each further quick death of the slot. Default 100. */
  readonly respawnDelay: number
  /** Ceiling of that delay, in milliseconds. Default 10,000: a broken worker costs a tenth of a start per second. */
  readonly respawnDelayMax: number
  /** A worker that was ready for so many milliseconds is sound: its death is not part of a loop. Default 5,000. */
  readonly respawnReset: number
  /** Quick deaths in a row after which the slot stays empty. Default: never give up. */
  readonly respawnLimit: number
}

/** The default policy: at once after a long life, doubling delays in a crash loop, per slot. */
export function backoffPolicy(limits: RespawnLimits): RespawnPolicy {
  const deaths = new Map<number, number>()
  return {
    decide(slot, uptime) {
      if (uptime >= limits.respawnReset) {
        deaths.delete(slot)
        return 0
      }
      const count = (deaths.get(slot) ?? 0) + 1
      deaths.set(slot, count)
      if (count > limits.respawnLimit) return 'give-up'
      return Math.min(limits.respawnDelay * 2 ** (count - 1), limits.respawnDelayMax)
    },
    reset: () => deaths.clear(),
  }
}
