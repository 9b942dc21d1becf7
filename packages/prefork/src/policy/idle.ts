import { onceASecond, type PolicyAction, type PolicyInput, type Rule, type RuleMaker } from './rule.ts'

/** Milliseconds between two looks while there is no worker: what the first client after a pause waits at most, beside the start of one. */
const asleep = 100

/** uWSGI's `idle`: all workers go after a while without a request, and come back when somebody connects. */
export const idle: RuleMaker = ({ idle: limit, cheaper }) =>
  limit === undefined ? undefined : new Idle(limit, cheaper?.initial)

class Idle implements Rule {
  every: number = onceASecond
  readonly needs = 'queue'
  readonly #limit: number
  readonly #initial: number | undefined
  #requests = -1
  #since = 0
  /** How many there were before. */
  #size = 1

  constructor(limit: number, initial: number | undefined) {
    this.#limit = limit
    this.#initial = initial
  }

  decide({ now, workers, size, queue }: PolicyInput): readonly PolicyAction[] {
    // Where the system does not say who waits, nobody could bring the workers back.
    if (queue === undefined) return []
    this.every = size === 0 ? asleep : onceASecond
    if (size === 0) {
      if (queue === 0) return []
      this.#requests = -1
      return [{ kind: 'resize', size: this.#initial ?? this.#size, reason: 'a client connects (`idle`)' }]
    }
    const requests = workers.reduce((sum, { record }) => sum + record.requests, 0)
    const working = workers.some(({ state, record }) => record.inFlight > 0 || state === 'starting')
    if (requests !== this.#requests || working || queue > 0) {
      this.#requests = requests
      this.#since = now
      return []
    }
    if (now - this.#since < this.#limit) return []
    this.#size = size
    this.every = asleep
    const reason = `no request for ${Math.round((now - this.#since) / 1000)} s (\`idle\`)`
    return [{ kind: 'resize', size: 0, reason }]
  }
}
