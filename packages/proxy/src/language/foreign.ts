/** Directives that people have in their files and that are not nginx's: of modules by others, or of nginx's past. They are
 * refused with a message that says whose they are. */

/** Names nginx once had, with what to write today. */
const retired: Readonly<Record<string, string>> = {
  ssl: 'write `listen ... ssl` instead',
  spdy_headers_comp: 'SPDY has given way to HTTP/2',
  spdy_chunk_size: 'SPDY has given way to HTTP/2',
  limit_zone: 'write `limit_conn_zone` instead',
  open_file_cache_retest: 'write `open_file_cache_valid` instead',
  optimize_server_names: 'write `server_name_in_redirect` instead',
  proxy_header_buffer_size: 'write `proxy_buffer_size` instead',
  satisfy_any: 'write `satisfy any` instead',
  uwsgi_modifier: 'write `uwsgi_modifier1` instead',
}

/** Modules that are built into nginx from elsewhere, by what the names of their directives begin with. */
const modules: readonly (readonly [prefix: string, module: string])[] = [
  ['accept_language_', 'nginx_accept_language'],
  ['ajp_', 'nginx_ajp'],
  ['auth_jwt', 'NGINX Plus'],
  ['auth_ldap', 'nginx-auth-ldap'],
  ['brotli', 'ngx_brotli'],
  ['echo', 'echo-nginx'],
  ['encrypted_session_', 'encrypted-session-nginx'],
  ['fancyindex', 'ngx-fancyindex'],
  ['health_check', 'NGINX Plus'],
  ['js_', 'njs'],
  ['lua_', 'ngx_http_lua'],
  ['modsecurity', 'ModSecurity-nginx'],
  ['more_clear_', 'headers-more-nginx'],
  ['more_set_', 'headers-more-nginx'],
  ['pagespeed', 'ngx_pagespeed'],
  ['passenger_', 'Phusion Passenger'],
  ['push_stream_', 'nginx-push-stream'],
  ['rails_', 'Phusion Passenger'],
  ['rtmp', 'nginx-rtmp'],
  ['set_escape_uri', 'set-misc-nginx'],
  ['set_unescape_uri', 'set-misc-nginx'],
  ['status_zone', 'NGINX Plus'],
  ['report_uploads', 'nginx-upload-progress'],
  ['track_uploads', 'nginx-upload-progress'],
  ['upload_', 'nginx-upload and nginx-upload-progress'],
  ['vhost_traffic_status', 'nginx-module-vts'],
  ['zstd', 'zstd-nginx'],
]

const luaName = /_by_lua(?:_block|_file)?$/

/** What to say of a directive that is not nginx's but known; undefined when nothing is. */
export function foreignDirective(name: string): string | undefined {
  const advice = Object.hasOwn(retired, name) ? retired[name] : undefined
  if (advice !== undefined) return `directive "${name}" is no longer part of nginx: ${advice}`
  const module = luaName.test(name) ? 'ngx_http_lua' : modules.find(([prefix]) => name.startsWith(prefix))?.[1]
  return module && `directive "${name}" is of ${module}, which is neither part of nginx nor of trivet`
}
