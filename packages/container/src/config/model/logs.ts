/** What options/table/logs.ts means. */
import type { Reading } from '../reading.ts'

/** What is logged, and where. */
export interface LogSettings {
  /** Absolute; undefined is standard output. */
  readonly file: string | undefined
  readonly requests: boolean
  /** uWSGI's `log-format`; undefined is its default line. */
  readonly format: string | undefined
}

/** Reads what is logged. */
export function resolveLogs(reading: Reading): LogSettings {
  const { values } = reading
  return {
    file: reading.path('logto'),
    requests: !values.flag('disable-logging'),
    format: values.text('log-format'),
  }
}
