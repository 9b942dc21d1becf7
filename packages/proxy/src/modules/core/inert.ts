/** Directives of the core that are read and have nothing to do, or nothing to hold on to, in Node. */
import type { Directive } from '../../language/directive.ts'
import { acceptedRow, isOn, withoutEffectRow } from '../../model/row.ts'

const ofNode: readonly string[] = [
  'sendfile',
  'sendfile_max_chunk',
  'tcp_nopush',
  'tcp_nodelay',
  'postpone_output',
  'output_buffers',
  'aio',
  'aio_write',
  'directio',
  'directio_alignment',
  'read_ahead',
  'send_lowat',
  'types_hash_max_size',
  'types_hash_bucket_size',
  'open_file_cache',
  'open_file_cache_valid',
  'open_file_cache_min_uses',
  'open_file_cache_errors',
  'open_file_cache_events',
  'msie_padding',
]

const ofEngine: readonly string[] = [
  'connection_pool_size',
  'request_pool_size',
  'server_names_hash_max_size',
  'server_names_hash_bucket_size',
  'variables_hash_max_size',
  'variables_hash_bucket_size',
]

/** Their rows. */
export const inertRows: readonly Directive[] = [
  withoutEffectRow('reset_timedout_connection', 'slow clients are closed in the usual way', isOn),
  withoutEffectRow('msie_refresh', 'redirects are redirects for every browser', isOn),
  withoutEffectRow('keepalive_min_timeout', 'idle connections are closed at once when a worker leaves'),
  ...ofNode.map((name) => acceptedRow(name, 'Accepted: buffers, files and sockets are handled by Node.')),
  ...ofEngine.map((name) => acceptedRow(name, 'Accepted: memory is managed by the engine.')),
]
