import { cheaperBusyness } from './busyness.ts'
import { harakiri } from './harakiri.ts'
import { idle } from './idle.ts'
import { evilMemory, maxLifetime, maxRequests, memory } from './replacement.ts'
import type { PolicyAction, PolicyInput, Rule, RuleMaker } from './rule.ts'
import type { PolicySettings } from './settings.ts'
import { cheaperSpare } from './spare.ts'

/** Every rule there is. Of two that want the same worker, or another size, the first one counts. */
export const rules: readonly RuleMaker[] = [
  harakiri,
  evilMemory,
  memory,
  maxRequests,
  maxLifetime,
  idle,
  cheaperBusyness,
  cheaperSpare,
]

/** Decides, from what the scoreboard shows, which workers are ended, replaced, added and retired. Pure: it is told everything, the time too. */
export class LifePolicy {
  readonly #rules: { readonly rule: Rule; asked: number; due: number }[]

  constructor(settings: PolicySettings) {
    this.#rules = rules.flatMap((make) => {
      const rule = make(settings)
      return rule === undefined ? [] : [{ rule, asked: Number.NEGATIVE_INFINITY, due: Number.NEGATIVE_INFINITY }]
    })
  }

  /** Milliseconds until a rule is due; undefined: never. */
  next(now: number): number | undefined {
    const waits = this.#rules.map((entry) => (isDue(entry, now) ? 0 : entry.due - now))
    return waits.length === 0 ? undefined : Math.min(...waits)
  }

  /** Whether a rule that is due looks at something that costs. */
  needs(what: 'memory' | 'queue', now: number): boolean {
    return this.#rules.some((entry) => entry.rule.needs === what && isDue(entry, now))
  }

  /** Asks the rules that are due. */
  decide(input: PolicyInput): readonly PolicyAction[] {
    const actions: PolicyAction[] = []
    const taken = new Set<number | 'size'>()
    for (const entry of this.#rules) {
      if (!isDue(entry, input.now)) continue
      const decided = entry.rule.decide(input)
      entry.asked = input.now
      // Asked after it: what it has decided may change it.
      const soonest = entry.rule.next?.(input) ?? Number.POSITIVE_INFINITY
      entry.due = Math.max(input.now + 1, Math.min(soonest, input.now + entry.rule.every))
      for (const action of decided) {
        const target = action.kind === 'resize' ? 'size' : action.worker
        if (!taken.has(target)) actions.push(action)
        taken.add(target)
      }
    }
    return actions
  }
}

/** Its time has come, or the clock was set back since it was asked. */
function isDue({ asked, due }: { readonly asked: number; readonly due: number }, now: number): boolean {
  return due <= now || now < asked
}
