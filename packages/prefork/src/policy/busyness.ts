import { LoadMeter } from './load.ts'
import {
  onceASecond,
  type PolicyAction,
  type PolicyInput,
  type PolicyWorker,
  type Rule,
  type RuleMaker,
} from './rule.ts'
import type { CheaperSettings } from './settings.ts'

/**
 * uWSGI's `cheaper-algo = busyness`: in cycles of `cheaper-overload` seconds, workers are added when they were busy for
 * more than `cheaper-busyness-max` percent of the time on average, and one is retired when that was less than
 * `cheaper-busyness-min` for `cheaper-busyness-multiplier` cycles. A worker that is needed again soon after makes the
 * next one wait longer. Connections that wait to be accepted call for workers at once.
 */
export const cheaperBusyness: RuleMaker = ({ cheaper }) =>
  cheaper?.algorithm === 'busyness' ? new Busyness(cheaper) : undefined

/** Cycles of middling load in a row that begin the wait for a retirement anew. */
const tolerance = 3

class Busyness implements Rule {
  readonly every: number = onceASecond
  readonly needs = 'queue'
  readonly #settings: CheaperSettings
  readonly #meter = new LoadMeter()
  #cycleStart: number | undefined
  #multiplier: number
  #retireAt: number | undefined
  #retiredAt = Number.NEGATIVE_INFINITY
  #middling = 0

  constructor(settings: CheaperSettings) {
    this.#settings = settings
    this.#multiplier = settings.busynessMultiplier
  }

  decide(input: PolicyInput): readonly PolicyAction[] {
    const { now, workers, size, processes, queue = 0 } = input
    const { overload, backlogAlert, backlogStep } = this.#settings
    const ready = workers.filter(({ state }) => state === 'ready')
    if (queue > backlogAlert && size < processes && ready.length >= size) {
      this.#multiplier = this.#settings.busynessMultiplier
      this.#retireAt = now + this.#wait()
      const reason = `${queue} connections wait to be accepted (\`cheaper-busyness-backlog-alert\`)`
      return [{ kind: 'resize', size: Math.min(processes, size + backlogStep), reason }]
    }
    this.#retireAt ??= now + this.#wait()
    if (this.#cycleStart === undefined) {
      this.#cycleStart = now
      this.#meter.measure(ready, now)
    }
    if (now - this.#cycleStart < overload * 1000 || ready.length === 0) return []
    this.#cycleStart = now
    return this.#afterCycle(input, this.#average(ready, now))
  }

  #afterCycle({ now, size, processes }: PolicyInput, percent: number): readonly PolicyAction[] {
    const { busynessMax, busynessMin, minimum, step } = this.#settings
    const load = `they were ${percent}% busy (\`cheaper-algo = busyness\`)`
    if (percent > busynessMax) {
      this.#middling = 0
      if (size >= processes) return []
      this.#learn(now)
      return [{ kind: 'resize', size: Math.min(processes, size + step), reason: load }]
    }
    if (percent >= busynessMin) {
      this.#middling += 1
      if (this.#middling >= tolerance) this.#retireAt = now + this.#wait()
      else this.#retireAt = (this.#retireAt ?? now) + this.#settings.overload * 1000
      return []
    }
    this.#middling = 0
    if (size <= minimum || now < (this.#retireAt ?? 0)) return []
    this.#retireAt = now + this.#wait()
    this.#retiredAt = now
    return [{ kind: 'resize', size: size - 1, reason: load }]
  }

  /** Workers are wanted: one that was retired a moment ago was retired too soon. */
  #learn(now: number): void {
    const { busynessPenalty, busynessMultiplier } = this.#settings
    if (now - this.#retiredAt <= this.#wait()) this.#multiplier += busynessPenalty
    else this.#multiplier = Math.max(busynessMultiplier, this.#multiplier - 1)
    this.#retireAt = now + this.#wait()
  }

  #wait(): number {
    return this.#multiplier * this.#settings.overload * 1000
  }

  #average(ready: readonly PolicyWorker[], now: number): number {
    const shares = [...this.#meter.measure(ready, now).values()]
    return Math.round((shares.reduce((sum, share) => sum + share, 0) / shares.length) * 100)
  }
}
