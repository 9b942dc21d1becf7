import type { Address } from '@trivet/prefork'

/** A server that tells figures to whoever connects. */
export interface StatsSettings {
  readonly address: Address
  /** With a head of HTTP before the figures. */
  readonly http: boolean
  /** Without blanks. */
  readonly minified: boolean
  /** Without the list of cores. */
  readonly cores: boolean
}
