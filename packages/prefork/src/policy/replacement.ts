import { onceASecond, type PolicyInput, type PolicyWorker, type Rule, type RuleMaker } from './rule.ts'
import { defaultMinLifetime, type PolicySettings } from './settings.ts'

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`

/** A rule that replaces, gracefully, each ready worker for which `why` has an answer; no younger one than `minLifetime`. */
function replacing(
  { minLifetime = defaultMinLifetime }: PolicySettings,
  needs: Rule['needs'],
  why: (worker: PolicyWorker) => string | undefined,
): Rule {
  return {
    every: onceASecond,
    ...(needs === undefined ? {} : { needs }),
    decide: ({ workers }: PolicyInput) =>
      workers.flatMap((worker) => {
        if (worker.state !== 'ready' || worker.uptime < minLifetime) return []
        const reason = why(worker)
        return reason === undefined ? [] : [{ kind: 'recycle', worker: worker.id, reason }]
      }),
  }
}

/** `max-requests`. */
export const maxRequests: RuleMaker = (settings) => {
  const { maxRequests: limit, maxRequestsDelta: delta = 0 } = settings
  if (limit === undefined) return undefined
  return replacing(settings, undefined, ({ slot, record: { requests } }) =>
    requests >= limit + slot * delta ? `it has answered ${requests} requests (\`max-requests\`)` : undefined,
  )
}

/** `max-worker-lifetime`. */
export const maxLifetime: RuleMaker = (settings) => {
  const { maxLifetime: limit, maxLifetimeDelta: delta = 0 } = settings
  if (limit === undefined) return undefined
  return replacing(settings, undefined, ({ slot, uptime }) =>
    uptime >= limit + slot * delta
      ? `it has lived for ${Math.round(uptime / 1000)} s (\`max-worker-lifetime\`)`
      : undefined,
  )
}

/** `reload-on-rss` and `reload-on-as`. */
export const memory: RuleMaker = (settings) => {
  const { reloadOnRss = 0, reloadOnAs = 0 } = settings
  if (reloadOnRss === 0 && reloadOnAs === 0) return undefined
  return replacing(settings, 'memory', ({ rss, as }) => {
    if (reloadOnRss > 0 && rss >= reloadOnRss) return `it holds ${megabytes(rss)} of memory (\`reload-on-rss\`)`
    if (reloadOnAs > 0 && as >= reloadOnAs) return `its address space is ${megabytes(as)} (\`reload-on-as\`)`
    return undefined
  })
}

/** `evil-reload-on-rss` and `evil-reload-on-as`: at once, whatever it is doing. */
export const evilMemory: RuleMaker = ({ evilReloadOnRss = 0, evilReloadOnAs = 0 }) => {
  if (evilReloadOnRss === 0 && evilReloadOnAs === 0) return undefined
  return {
    every: onceASecond,
    needs: 'memory',
    decide: ({ workers }) =>
      workers.flatMap(({ id, rss, as }) => {
        if (evilReloadOnRss > 0 && rss >= evilReloadOnRss)
          return [{ kind: 'kill', worker: id, reason: `it holds ${megabytes(rss)} of memory (\`evil-reload-on-rss\`)` }]
        if (evilReloadOnAs > 0 && as >= evilReloadOnAs)
          return [{ kind: 'kill', worker: id, reason: `its address space is ${megabytes(as)} (\`evil-reload-on-as\`)` }]
        return []
      }),
  }
}
