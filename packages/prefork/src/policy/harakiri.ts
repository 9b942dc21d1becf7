import type { PolicyInput, RuleMaker } from './rule.ts'

/** Milliseconds between two looks for deadlines: a worker without one may have got a request. */
const every = 100

/**
 * The second line of harakiri, whatever the language: the deadline is the worker's own, as the scoreboard shows it. The
 * next look is when the nearest one ends, so that nobody outlives his by the time between two looks.
 */
export const harakiri: RuleMaker = ({ harakiriGrace: grace }) =>
  grace === undefined
    ? undefined
    : {
        every,
        next: ({ now, workers }) => {
          const ends = deadlinesOf(workers).map((deadline) => deadline + grace + 1)
          return Math.min(...ends.filter((end) => end > now))
        },
        decide: ({ now, workers }) =>
          workers.flatMap(({ id, record: { cores } }) => {
            const late = cores.find(({ deadline }) => deadline > 0 && now > deadline + grace)
            if (late === undefined) return []
            const seconds = ((now - late.started) / 1000).toFixed(1)
            const reason = `harakiri: ${late.request || 'a request'} has run for ${seconds} s, and the worker did not end it`
            return [{ kind: 'kill', worker: id, reason }]
          }),
      }

const deadlinesOf = (workers: PolicyInput['workers']): readonly number[] =>
  workers.flatMap(({ record: { cores } }) => cores.flatMap(({ deadline }) => (deadline > 0 ? [deadline] : [])))
