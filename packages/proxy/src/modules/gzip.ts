/** `gzip`, and beside it the codings that nginx has as modules of others: `brotli` and `zstd`. */
import type { Module } from '../model/module.ts'
import { acceptedRow } from '../model/row.ts'
import { compressionModule } from './compression.ts'
import { negotiationRows } from './negotiation.ts'

/** The gzip module. */
export const gzip: Module = compressionModule({
  prefix: 'gzip',
  coding: 'gzip',
  level: 1,
  levels: [1, 9],
  directives: [...negotiationRows, acceptedRow('gzip_buffers', 'Accepted: memory is managed by the engine.')],
})

/** The brotli module, with the directives of ngx_brotli. */
export const brotli: Module = compressionModule({
  prefix: 'brotli',
  coding: 'br',
  level: 6,
  levels: [0, 11],
  directives: [],
})

/** The zstd module, with the directives of zstd-nginx-module. */
export const zstd: Module = compressionModule({
  prefix: 'zstd',
  coding: 'zstd',
  level: 1,
  levels: [1, 22],
  directives: [],
})
