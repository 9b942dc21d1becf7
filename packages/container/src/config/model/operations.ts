/** What options/table/operations.ts means. */
import { resolve } from 'node:path'
import type { StatsSettings } from '../../stats/settings.ts'
import { readAddress } from '../convert.ts'
import type { Reading } from '../reading.ts'

/** How an operator sees the container and steers it. */
export interface OperationSettings {
  /** Absolute. */
  readonly fifos: readonly string[]
  readonly stats: StatsSettings | undefined
  /** The log of a master in the background; absolute. */
  readonly daemonize: string | undefined
}

/** Reads the ways to see and steer the container. */
export function resolveOperations(reading: Reading): OperationSettings {
  return { fifos: reading.paths('master-fifo'), stats: readStats(reading), daemonize: reading.path('daemonize') }
}

function readStats({ values, directory }: Reading): StatsSettings | undefined {
  const address = values.optional('stats', (text) => readAddress(text, (path) => resolve(directory, path)))
  if (address === undefined) return undefined
  return {
    address,
    http: values.flag('stats-http'),
    minified: values.flag('stats-minified'),
    cores: !values.flag('stats-no-cores'),
  }
}
