import { LoadMeter } from './load.ts'
import { onceASecond, type PolicyAction, type PolicyInput, type Rule, type RuleMaker } from './rule.ts'
import type { CheaperSettings } from './settings.ts'

/** uWSGI's `cheaper-algo = spare`: more workers while all are busy, one fewer after a while without any. */
export const cheaperSpare: RuleMaker = ({ cheaper }) =>
  cheaper?.algorithm === 'spare' ? new Spare(cheaper) : undefined

class Spare implements Rule {
  readonly every: number = onceASecond
  readonly #settings: CheaperSettings
  readonly #meter = new LoadMeter()
  #overload = 0
  #idle = 0

  constructor(settings: CheaperSettings) {
    this.#settings = settings
  }

  decide({ now, workers, size, processes }: PolicyInput): readonly PolicyAction[] {
    const { minimum, step, overload } = this.#settings
    const ready = workers.filter(({ state }) => state === 'ready')
    const busy = this.#meter.busy(ready, now)
    const count = ready.filter(({ id }) => busy.get(id)).length
    if (ready.length < size) return [] // those that were asked for last have not come up yet
    if (count === size && size > 0) this.#overload += 1
    else if (this.#overload > 0) this.#overload -= 1
    if (this.#overload > 0) this.#idle = 0
    if (this.#overload >= overload && size < processes) {
      this.#overload = 0
      const target = Math.min(processes, size + step)
      return [{ kind: 'resize', size: target, reason: `all ${size} workers are busy (\`cheaper\`)` }]
    }
    if (this.#overload > 0 || size <= minimum) return []
    // One that serves and one to spare is enough: the others go, one after another.
    this.#idle = count < size - 1 ? this.#idle + 1 : 0
    if (this.#idle < overload) return []
    this.#idle = 0
    return [{ kind: 'resize', size: size - 1, reason: `${size - count} of ${size} workers are idle (\`cheaper\`)` }]
  }
}
