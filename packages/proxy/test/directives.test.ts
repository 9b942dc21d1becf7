import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ConfigError } from '../src/language/diagnostic.ts'
import { foreignDirective } from '../src/language/foreign.ts'
import { knownDirectives } from '../src/language/known.ts'
import { loadConfig } from '../src/language/load.ts'
import { compileConfig } from '../src/model/compile.ts'
import { directivesPage, rowsByName, stateOf } from './directives-page.ts'

/** The directives that two or more of 85 configurations in public repositories use, the most used first. */
const used = `
  location server listen include server_name access_log proxy_pass root error_log proxy_set_header return
  client_max_body_size events http upstream add_header index worker_connections try_files worker_processes
  default_type alias gzip sendfile pid keepalive_timeout server_tokens log_format ssl_certificate
  ssl_certificate_key charset proxy_http_version expires fastcgi_pass gzip_types set uwsgi_pass fastcgi_param
  ssl_protocols deny error_page proxy_read_timeout ssl_prefer_server_ciphers user fastcgi_index
  fastcgi_split_path_info gzip_proxied log_not_found proxy_redirect rewrite gzip_vary if proxy_send_timeout
  tcp_nodelay tcp_nopush gzip_min_length map proxy_connect_timeout ssl_ciphers gzip_comp_level ssl_session_cache
  fastcgi_buffers gzip_disable ssl_session_timeout allow autoindex server_names_hash_bucket_size ssl_dhparam
  types_hash_max_size client_body_buffer_size multi_accept proxy_cache proxy_cache_path real_ip_header resolver
  set_real_ip_from ssl_stapling ssl_stapling_verify client_body_temp_path client_body_timeout fastcgi_buffer_size
  fastcgi_intercept_errors gzip_buffers gzip_http_version gzip_static internal large_client_header_buffers
  proxy_buffering proxy_buffers send_timeout ssl_session_tickets worker_rlimit_nofile daemon fastcgi_hide_header
  fastcgi_read_timeout fastcgi_temp_path ip_hash keepalive limit_except proxy_buffer_size proxy_hide_header
  proxy_next_upstream proxy_temp_path reset_timedout_connection resolver_timeout scgi_temp_path
  server_names_hash_max_size ssl ssl_trusted_certificate use uwsgi_temp_path chunked_transfer_encoding
  client_header_buffer_size client_header_timeout fastcgi_cache_path fastcgi_max_temp_file_size geo
  keepalive_requests limit_req_zone open_file_cache open_file_cache_errors open_file_cache_min_uses
  open_file_cache_valid port_in_redirect proxy_cache_bypass proxy_cache_key proxy_cache_use_stale
  proxy_pass_request_headers real_ip_recursive report_uploads server_name_in_redirect ssl_buffer_size
  track_uploads types types_hash_bucket_size upload_progress_json_output uwsgi_max_temp_file_size
  uwsgi_read_timeout
`
  .trim()
  .split(/\s+/)

test('DIRECTIVES.md is fresh', async () => {
  const page = await readFile(new URL('../DIRECTIVES.md', import.meta.url), 'utf8')
  expect(page === directivesPage(), 'run `pnpm --filter @trivet/proxy pages`').toBe(true)
})

test('every row belongs to a directive of nginx, or to Trivet by its name', () => {
  const own = [...rowsByName.keys()].filter((name) => !knownDirectives.has(name))
  expect(own.filter((name) => !name.startsWith('trivet_') && !/^(?:brotli|zstd)/.test(name))).toEqual([])
})

/** What a configuration with one directive in all places says about it. */
function answers(name: string): string[] {
  const text = `${name};\nevents { ${name}; }\nhttp { ${name}; server { ${name}; location / { ${name}; } } upstream u { ${name}; } }`
  try {
    compileConfig(loadConfig('/x.conf', { readFile: () => text }), { prefix: '/' })
  } catch (error) {
    if (error instanceof ConfigError) return error.diagnostics.map(({ message }) => message)
    throw error
  }
  return []
}

test.each(used)('%s, which people use, is implemented or answered clearly', (name) => {
  const foreign = foreignDirective(name)
  if (stateOf(name) !== 'refused') return
  const expected = foreign ?? `directive "${name}" of nginx is not implemented by trivet`
  expect([
    expected,
    `invalid number of arguments in "${name}" directive`,
    `directive "${name}" has no opening "{"`,
  ]).toContain(answers(name).find((message) => !message.includes('is not allowed here')))
})

test('most of what people use is there', () => {
  const there = used.filter((name) => stateOf(name) !== 'refused')
  expect(there.length / used.length).toBeGreaterThan(0.6)
})
