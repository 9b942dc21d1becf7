/** Who gets a signal: uWSGI's targets (`uwsgi_signal_registered` and core/signal.c). */
import type { Caller, Role } from '../caller.ts'
import { ApiError } from '../value.ts'

/** Which of the processes that listen. */
export interface Target {
  readonly role: Role
  /** One of them by its number; else see `all`. */
  readonly number: number | undefined
  /** All of them, not the first that is free. */
  readonly all: boolean
}

const words: Readonly<Record<string, Target>> = {
  '': { role: 'worker', number: undefined, all: false },
  worker: { role: 'worker', number: undefined, all: false },
  worker0: { role: 'worker', number: undefined, all: false },
  workers: { role: 'worker', number: undefined, all: true },
  'active-workers': { role: 'worker', number: undefined, all: true },
  mule: { role: 'mule', number: undefined, all: false },
  mules: { role: 'mule', number: undefined, all: true },
  spooler: { role: 'spooler', number: undefined, all: false },
  spoolers: { role: 'spooler', number: undefined, all: true },
}

/** Reads a target; throws ApiError `value` for one that is none, `unavailable` for uWSGI's farms and subscriptions. */
export function readTarget(text: string): Target {
  const known = Object.hasOwn(words, text) ? words[text] : undefined
  if (known !== undefined) return known
  const numbered = /^(worker|mule|spooler)([1-9]\d{0,3})$/.exec(text)
  if (numbered !== null) return { role: numbered[1] as Role, number: Number(numbered[2]), all: false }
  if (/^(?:farm|subscribed)/.test(text))
    throw new ApiError('unavailable', `the target \`${text}\` is not available here`)
  throw new ApiError(
    'value',
    `\`${text}\` is no target of a signal: say worker, workers, workerN, mule, mules, muleN or spooler`,
  )
}

/** Those of the listening processes that a signal goes to; `turn` counts on, so that one of several changes. */
export function choose(target: Target, listening: readonly Caller[], turn: number): readonly Caller[] {
  const fitting = listening
    .filter(({ role, number }) => role === target.role && (target.number === undefined || number === target.number))
    .sort((a, b) => a.number - b.number)
  if (target.all) return fitting
  const one = fitting[turn % fitting.length]
  return one === undefined ? [] : [one]
}
