/** What options/table/life.ts means. */
import type { Reading } from '../reading.ts'

/** When a worker is replaced, and how many there are at a time. */
export interface LifeSettings {
  /** Milliseconds that requests in flight get on reload and stop. */
  readonly mercy: number
}

/** Reads the rules of the workers' life. */
export function resolveLife({ values }: Reading): LifeSettings {
  return { mercy: values.number('worker-reload-mercy') * 1000 }
}
