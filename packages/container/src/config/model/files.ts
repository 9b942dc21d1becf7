/** What options/table/files.ts means. */
import type { Reading } from '../reading.ts'

/** A file with the master's number that is written once the workers serve. */
export interface LatePidFile {
  /** The option that asked for it. */
  readonly option: string
  /** Absolute. */
  readonly path: string
  /** Removed at the end, also without `vacuum`. */
  readonly safe: boolean
}

/** What the master leaves on disk while it runs. */
export interface FileSettings {
  /** Absolute; written before the workers are started. */
  readonly pidFile: string | undefined
  readonly latePidFiles: readonly LatePidFile[]
  /** Whether sockets and the pid files go at the end. */
  readonly vacuum: boolean
}

const lateOptions: Readonly<Record<string, boolean>> = { pidfile2: false, 'safe-pidfile': true, 'safe-pidfile2': true }

/** Reads the files of the master. */
export function resolveFiles(reading: Reading): FileSettings {
  return {
    pidFile: reading.path('pidfile'),
    latePidFiles: Object.entries(lateOptions).flatMap(([name, safe]) => {
      const path = reading.path(name)
      return path === undefined ? [] : [{ option: name, path, safe }]
    }),
    vacuum: reading.values.flag('vacuum'),
  }
}
