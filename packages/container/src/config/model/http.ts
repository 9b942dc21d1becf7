/** What options/table/http.ts means. */
import type { Reading } from '../reading.ts'

/** How HTTP is served for applications whose workers do not speak it. */
export interface HttpSettings {
  /** Front workers. */
  readonly processes: number
  /** Bytes of a request's body that they keep in memory. */
  readonly bodyMemory: number
}

/** Reads the settings of HTTP fronts. */
export function resolveHttp({ values }: Reading): HttpSettings {
  return { processes: values.number('http-processes'), bodyMemory: values.number('post-buffering') }
}
