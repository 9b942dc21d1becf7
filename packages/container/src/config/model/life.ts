/** What options/table/life.ts means. */
import type { CheaperSettings, PolicySettings } from '@trivet/prefork'
import { ValueError } from '../convert.ts'
import type { Reading } from '../reading.ts'
import type { OptionValues } from '../values.ts'

/** What a request may take. */
export interface HarakiriSettings {
  /** Milliseconds; undefined is no limit. */
  readonly timeout: number | undefined
  readonly verbose: boolean
  /** Milliseconds that a worker may take longer to say where a request was stuck. */
  readonly patience: number
}

/** When a worker is replaced, and how many there are at a time. */
export interface LifeSettings {
  /** Milliseconds that requests in flight get on reload and stop. */
  readonly mercy: number
  readonly harakiri: HarakiriSettings
  readonly policy: PolicySettings
  /** TERM kills the workers and starts new ones, as uWSGI 2.0 has it. */
  readonly termReloads: boolean
}

/** What a worker gets beyond a request's deadline, in milliseconds, to answer, to say where it was stuck, and to leave: what it cannot do is over by 250. */
const harakiriGrace = 170

const megabyte = 1_048_576

/** Reads the rules of the workers' life. */
export function resolveLife(reading: Reading): LifeSettings {
  const { values } = reading
  const seconds = (name: string): number | undefined => values.number(name) * 1000 || undefined
  const count = (name: string): number | undefined => values.number(name) || undefined
  const megabytes = (name: string): number | undefined => values.number(name) * megabyte || undefined
  const timeout = seconds('harakiri')
  const patience = values.number('harakiri-graceful-timeout') * 1000
  return {
    mercy: values.number('worker-reload-mercy') * 1000,
    harakiri: { timeout, verbose: values.flag('harakiri-verbose'), patience },
    policy: {
      harakiriGrace: timeout === undefined ? undefined : harakiriGrace + patience,
      maxRequests: count('max-requests'),
      maxRequestsDelta: values.number('max-requests-delta'),
      maxLifetime: seconds('max-worker-lifetime'),
      maxLifetimeDelta: values.number('max-worker-lifetime-delta') * 1000,
      minLifetime: values.number('min-worker-lifetime') * 1000,
      reloadOnRss: megabytes('reload-on-rss'),
      reloadOnAs: megabytes('reload-on-as'),
      evilReloadOnRss: megabytes('evil-reload-on-rss'),
      evilReloadOnAs: megabytes('evil-reload-on-as'),
      cheaper: readCheaper(reading),
      idle: seconds('idle'),
    },
    termReloads:
      values.optional('compat', readCompat) === '2.0' &&
      (values.last('die-on-term') === undefined || !values.flag('die-on-term')),
  }
}

function readCompat(text: string): string {
  if (text === 'none' || text === '2.0') return text
  throw new ValueError(`expected none or 2.0, got \`${text}\``)
}

function readAlgorithm(text: string): CheaperSettings['algorithm'] {
  if (text === 'spare' || text === 'busyness') return text
  throw new ValueError(`expected spare or busyness, got \`${text}\``)
}

function readCheaper({ values, report }: Reading): CheaperSettings | undefined {
  const minimum = values.number('cheaper')
  if (minimum === 0) return undefined
  const processes = values.number('processes')
  const initial = values.last('cheaper-initial') === undefined ? minimum : values.number('cheaper-initial')
  const wrong = outOfRange(values, {
    cheaper: [minimum, 1, processes - 1],
    'cheaper-initial': [initial, minimum, processes],
  })
  if (wrong !== undefined) {
    const place = values.last(wrong.name)?.valuePlace
    report({ severity: 'error', message: wrong.message, place })
    return undefined
  }
  return {
    algorithm: values.optional('cheaper-algo', readAlgorithm) ?? 'spare',
    minimum,
    initial,
    step: Math.max(1, values.number('cheaper-step')),
    overload: Math.max(1, values.number('cheaper-overload')),
    busynessMax: values.number('cheaper-busyness-max'),
    busynessMin: values.number('cheaper-busyness-min'),
    busynessMultiplier: values.number('cheaper-busyness-multiplier'),
    busynessPenalty: values.number('cheaper-busyness-penalty'),
    backlogAlert: values.number('cheaper-busyness-backlog-alert'),
    backlogStep: Math.max(1, values.number('cheaper-busyness-backlog-step')),
  }
}

function outOfRange(
  values: OptionValues,
  limits: Readonly<Record<string, readonly [value: number, least: number, most: number]>>,
): { readonly name: string; readonly message: string } | undefined {
  for (const [name, [value, least, most]] of Object.entries(limits)) {
    if (value >= least && value <= most) continue
    const bounds = most < least ? 'is of use only with more `processes`' : `expected ${least} to ${most}`
    return { name, message: `\`${name}\`: ${bounds}, got ${value}; \`processes\` is ${values.number('processes')}` }
  }
  return undefined
}
