import type { Application } from '@trivet/gateway'

/**
 * Gives an application that stands for several their `start` and `stop`: each once, one after the other, and back in
 * reverse.
 */
export function withLifespans(outer: Application, inner: Iterable<Application>): Application {
  const all = [...new Set(inner)]
  if (!all.some((one) => 'start' in one || 'stop' in one)) return outer
  outer.start = async () => {
    for (const one of all) await one.start?.()
  }
  outer.stop = async () => {
    for (const one of all.toReversed()) await one.stop?.()
  }
  return outer
}
