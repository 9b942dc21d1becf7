/** What options/table/limits.ts means. */
import type { Reading } from '../reading.ts'

/** Bounds on what a peer may send; a bound of `undefined` is none. */
export interface Limits {
  /** Bytes of a uwsgi packet's variables, or of an HTTP head. */
  readonly bufferSize: number
  readonly maxVars: number
  readonly maxBody: number | undefined
  /** Milliseconds. */
  readonly uwsgiTimeout: number
  /** Milliseconds. */
  readonly httpTimeout: number
}

/** Reads the limits. */
export function resolveLimits({ values }: Reading): Limits {
  return {
    bufferSize: values.number('buffer-size'),
    maxVars: values.number('max-vars'),
    maxBody: values.number('limit-post') || undefined,
    uwsgiTimeout: values.number('socket-timeout') * 1000,
    httpTimeout: values.number('http-timeout') * 1000,
  }
}
