import { LifePolicy } from '../policy/policy.ts'
import type { PolicyAction, PolicyInput } from '../policy/rule.ts'
import type { PolicySettings } from '../policy/settings.ts'
import { Deadline } from './deadline.ts'

/** Gathers what the policy decides on; memory and queue only when they are needed. */
export type Look = (needs: { readonly memory: boolean; readonly queue: boolean }) => Promise<Omit<PolicyInput, 'now'>>

/** Brings the policy what it wants to see, when it wants to see it, and what it decides to whoever acts. */
export class Governor {
  readonly #look: Look
  readonly #act: (action: PolicyAction) => void
  readonly #timer = new Deadline()
  #policy: LifePolicy | undefined

  constructor(look: Look, act: (action: PolicyAction) => void) {
    this.#look = look
    this.#act = act
  }

  /** Governs by these settings from now on; what the rules remembered is forgotten. */
  start(settings: PolicySettings): void {
    this.#policy = new LifePolicy(settings)
    this.#wait(this.#policy)
  }

  stop(): void {
    this.#policy = undefined
    this.#timer.clear()
  }

  #wait(policy: LifePolicy): void {
    const delay = policy.next(Date.now())
    if (delay === undefined || policy !== this.#policy) this.#timer.clear()
    else this.#timer.set(Math.max(1, delay), () => void this.#round(policy))
  }

  async #round(policy: LifePolicy): Promise<void> {
    const due = Date.now()
    const seen = await this.#look({ memory: policy.needs('memory', due), queue: policy.needs('queue', due) }).catch(
      (error: unknown) => {
        if (policy === this.#policy) throw error
        return undefined // stopped meanwhile, and there is nothing to look at any more
      },
    )
    if (seen === undefined || policy !== this.#policy) return
    for (const action of policy.decide({ ...seen, now: due })) this.#act(action)
    this.#wait(policy)
  }
}
