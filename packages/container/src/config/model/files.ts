/** What options/table/files.ts means. */
import type { Reading } from '../reading.ts'

/** What the master leaves on disk while it runs. */
export interface FileSettings {
  /** Absolute. */
  readonly pidFile: string | undefined
  /** Whether sockets and the pid file go at the end. */
  readonly vacuum: boolean
}

/** Reads the files of the master. */
export function resolveFiles(reading: Reading): FileSettings {
  return { pidFile: reading.path('pidfile'), vacuum: reading.values.flag('vacuum') }
}
