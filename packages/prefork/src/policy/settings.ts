/** How the number of workers follows the load. Times are milliseconds. */
export interface CheaperSettings {
  /** `spare`: more workers when all are busy; `busyness`: by the share of time they are. */
  readonly algorithm: 'spare' | 'busyness'
  /** Fewest workers. */
  readonly minimum: number
  /** Workers at the start. */
  readonly initial: number
  /** How many are added at once. */
  readonly step: number
  /** `spare`: looks in a row that find all busy; `busyness`: seconds of a cycle. uWSGI's `cheaper-overload`. */
  readonly overload: number
  /** `busyness`: percent above which workers are added, and below which one is retired. */
  readonly busynessMax: number
  readonly busynessMin: number
  /** `busyness`: idle cycles before a worker is retired. */
  readonly busynessMultiplier: number
  /** `busyness`: cycles added to that when a worker was retired too soon. */
  readonly busynessPenalty: number
  /** `busyness`: connections waiting that call for workers at once, and how many. */
  readonly backlogAlert: number
  readonly backlogStep: number
}

/** When workers are ended, replaced, added and retired. All is off where it is not given. Times are milliseconds, sizes bytes. */
export interface PolicySettings {
  /** SIGKILL for a worker one of whose requests is so long past the deadline that the scoreboard shows: harakiri's last line, for one that does not help itself. */
  readonly harakiriGrace?: number | undefined
  /** Replaced after so many requests; plus `maxRequestsDelta` times its slot, so that not all go at once. */
  readonly maxRequests?: number | undefined
  readonly maxRequestsDelta?: number | undefined
  /** Replaced after so long; plus the delta times its slot. */
  readonly maxLifetime?: number | undefined
  readonly maxLifetimeDelta?: number | undefined
  /** But for `evil*` and harakiri, nobody is replaced before. Default 10,000, uWSGI's: a leak at load must not become a loop. */
  readonly minLifetime?: number | undefined
  /** Replaced when larger: resident, or address space. */
  readonly reloadOnRss?: number | undefined
  readonly reloadOnAs?: number | undefined
  /** Killed at once when larger. */
  readonly evilReloadOnRss?: number | undefined
  readonly evilReloadOnAs?: number | undefined
  readonly cheaper?: CheaperSettings | undefined
  /** All workers are retired after so long without a request; a connection brings them back. */
  readonly idle?: number | undefined
}

/** uWSGI's `min-worker-lifetime`. */
export const defaultMinLifetime = 10_000
