/** What options/table/reloads.ts means. */
import { readTouchExec, readTouchHook, touchOptions, type TouchSettings } from '../../touch/settings.ts'
import type { Reading } from '../reading.ts'

/** What makes the container take new code, and what else a touched file does. */
export interface ReloadSettings {
  readonly touch: readonly TouchSettings[]
  /** Files and folders whose change reloads; absolute. */
  readonly watch: readonly string[]
  /** A changed source in the application's folder reloads. */
  readonly sources: boolean
}

/** Reads what triggers a reload. */
export function resolveReloads(reading: Reading): ReloadSettings {
  const { values, directory } = reading
  const plain = Object.entries(touchOptions).flatMap(([name, kind]) =>
    reading.paths(name).map((path): TouchSettings => ({ path, action: { kind } })),
  )
  return {
    touch: [
      ...plain,
      ...values.every('touch-exec', (text) => readTouchExec(text, directory)),
      ...values.every('hook-touch', (text) => readTouchHook(text, directory)),
    ],
    watch: reading.paths('fs-reload'),
    sources: values.flag('reload'),
  }
}
