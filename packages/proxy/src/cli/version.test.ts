import { expect, test } from 'vitest'
import { modules } from '../modules/registry.ts'
import { absentModules, addedModules, versionText } from './version.ts'

/** A directive by which each optional module of nginx is known. */
const marks: Readonly<Record<string, string>> = {
  http_charset_module: 'source_charset',
  http_gzip_module: 'gzip',
  http_ssi_module: 'ssi',
  http_userid_module: 'userid',
  http_access_module: 'allow',
  http_auth_basic_module: 'auth_basic',
  http_mirror_module: 'mirror',
  http_autoindex_module: 'autoindex',
  http_geo_module: 'geo',
  http_map_module: 'map',
  http_split_clients_module: 'split_clients',
  http_referer_module: 'valid_referers',
  http_rewrite_module: 'rewrite',
  http_proxy_module: 'proxy_pass',
  http_fastcgi_module: 'fastcgi_pass',
  http_uwsgi_module: 'uwsgi_pass',
  http_scgi_module: 'scgi_pass',
  http_grpc_module: 'grpc_pass',
  http_tunnel_module: 'tunnel_pass',
  http_memcached_module: 'memcached_pass',
  http_limit_conn_module: 'limit_conn',
  http_limit_req_module: 'limit_req',
  http_empty_gif_module: 'empty_gif',
  http_browser_module: 'modern_browser',
  http_upstream_hash_module: 'hash',
  http_upstream_ip_hash_module: 'ip_hash',
  http_upstream_least_conn_module: 'least_conn',
  http_upstream_least_time_module: 'least_time',
  http_upstream_random_module: 'random',
  http_upstream_keepalive_module: 'keepalive',
  http_upstream_zone_module: 'zone',
  http_upstream_sticky_module: 'sticky',
  'http-cache': 'proxy_cache_path',
}

/** The same for modules that nginx leaves out unless told otherwise. */
const extraMarks: Readonly<Record<string, string>> = {
  http_stub_status_module: 'stub_status',
  http_realip_module: 'set_real_ip_from',
  http_addition_module: 'add_before_body',
  http_sub_module: 'sub_filter',
  http_dav_module: 'dav_methods',
  http_auth_request_module: 'auth_request',
  http_gunzip_module: 'gunzip',
  http_gzip_static_module: 'gzip_static',
  http_random_index_module: 'random_index',
  http_secure_link_module: 'secure_link',
  http_slice_module: 'slice',
  http_ssl_module: 'ssl_certificate',
  http_v2_module: 'http2',
}

/** What is only read, for want of what it serves, is not there. */
const here = new Set(
  modules
    .filter(({ name }) => name !== 'beside-absent')
    .flatMap(({ directives }) => directives.map(({ name }) => name)),
)

test('-V says of each optional module whether it is there', () => {
  expect(addedModules).toEqual(Object.keys(extraMarks).filter((name) => here.has(extraMarks[name] ?? '')))
  const missing = Object.keys(marks).filter((name) => !here.has(marks[name] ?? ''))
  expect(absentModules.filter((name) => !name.startsWith('mail_'))).toEqual(missing)
})

test('-V is in the form that programs look for', () => {
  const text = versionText({ help: false, configure: true })
  expect(text).toMatch(/^nginx version: nginx\/\d+\.\d+\.\d+ \(trivet \d+\.\d+\.\d+\)\nbuilt /)
  expect(text).toMatch(/\nbuilt with OpenSSL \d/)
  expect(text).toMatch(/\nconfigure arguments: .*--without-/)
})
