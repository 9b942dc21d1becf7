/** What options/table/reloads.ts means. */
import type { Reading } from '../reading.ts'

/** What makes the container take new code. */
export interface ReloadSettings {
  /** Absolute. */
  readonly touch: readonly string[]
}

/** Reads what triggers a reload. */
export function resolveReloads(reading: Reading): ReloadSettings {
  return { touch: reading.paths('touch-reload') }
}
