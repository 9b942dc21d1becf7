import { expect, test } from 'vitest'
import { loadConfig } from '../language/load.ts'
import { compileConfig } from '../model/compile.ts'

function warnings(http: string): string[] {
  const text = `events {} http { ${http} }`
  const loaded = loadConfig('/nowhere/nginx.conf', { readFile: () => text })
  return compileConfig(loaded, { prefix: '/nowhere' }).warnings.map(({ message }) => message)
}

test.each([
  ['upstream u { zone u 64k; server 127.0.0.1:1; }', 'zone'],
  ['proxy_buffering on;', 'proxy_buffering'],
  ['uwsgi_buffers 8 64k;', 'uwsgi_buffers'],
  ['proxy_max_temp_file_size 1m;', 'proxy_max_temp_file_size'],
  ['uwsgi_string x;', 'uwsgi_string'],
  ['rewrite_log on;', 'rewrite_log'],
  ['server { listen 127.0.0.1:1 rcvbuf=8k; }', 'rcvbuf'],
  ['client_body_temp_path body 1 2;', 'client_body_temp_path'],
])('%s is warned about', (http, name) => {
  expect(warnings(http)).toEqual([expect.stringContaining(name)])
})

test.each([
  'sendfile on; tcp_nopush on; tcp_nodelay on; open_file_cache off;',
  'proxy_buffering off; proxy_max_temp_file_size 0; rewrite_log off;',
  'server { listen 127.0.0.1:1 deferred fastopen=3 so_keepalive=30m::10; }',
  'fastcgi_temp_path fastcgi 1 2; fastcgi_param A b; fastcgi_buffers 8 16k; scgi_temp_path scgi; proxy_cache_key $uri;',
  'ssl_protocols TLSv1.2; ssl_prefer_server_ciphers on; proxy_ssl_verify on; uwsgi_ssl_name $host;',
])('%s needs no warning', (http) => {
  expect(warnings(http)).toEqual([])
})

test('limits that several workers count are warned about', () => {
  const text =
    'worker_processes 3; events {} http { limit_req_zone $uri zone=a:1m rate=1r/s; limit_conn_zone $uri zone=b:1m; }'
  const { warnings: found } = compileConfig(loadConfig('/nowhere/nginx.conf', { text }), { prefix: '/nowhere' })
  expect(found.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^each of the 3 workers counts for itself in zone "a"/),
    expect.stringMatching(/^each of the 3 workers counts for itself in zone "b"/),
  ])
})

test('a directive is warned about once, wherever it stands', () => {
  expect(
    warnings('proxy_buffering on; server { proxy_buffering on; location / { proxy_buffering on; } }'),
  ).toHaveLength(1)
})

test.each(['fastcgi_pass 127.0.0.1:1', 'scgi_pass 127.0.0.1:1', 'proxy_cache zone', 'grpc_pass 127.0.0.1:1'])(
  '%s is refused, although what stands beside it is read',
  (statement) => {
    expect(() => warnings(`server { location / { ${statement}; } }`)).toThrow('is not implemented by trivet')
  },
)
