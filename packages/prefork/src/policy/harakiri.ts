import type { RuleMaker } from './rule.ts'

/** Milliseconds between two looks. */
const every = 100

/** The second line of harakiri, whatever the language: the deadline is the worker's own, as the scoreboard shows it. */
export const harakiri: RuleMaker = ({ harakiriGrace: grace }) =>
  grace === undefined
    ? undefined
    : {
        every,
        decide: ({ now, workers }) =>
          workers.flatMap(({ id, record: { cores } }) => {
            const late = cores.find(({ deadline }) => deadline > 0 && now > deadline + grace)
            if (late === undefined) return []
            const seconds = ((now - late.started) / 1000).toFixed(1)
            const reason = `harakiri: ${late.request || 'a request'} has run for ${seconds} s, and the worker did not end it`
            return [{ kind: 'kill', worker: id, reason }]
          }),
      }
