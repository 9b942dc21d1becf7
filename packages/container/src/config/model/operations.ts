/** What options/table/operations.ts means. */
import type { Reading } from '../reading.ts'

/** How an operator sees the container and steers it. */
export interface OperationSettings {
  /** Absolute. */
  readonly fifos: readonly string[]
}

/** Reads the ways to see and steer the container. */
export function resolveOperations(reading: Reading): OperationSettings {
  return { fifos: reading.paths('master-fifo') }
}
