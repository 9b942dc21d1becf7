/** Why files of the suite do not pass. */

/** The suite skips a file when a module it needs is not there, as \`-V\` says. */
export const missingModules: Readonly<Record<string, string>> = {
  cache: 'caches (`proxy_cache` and its family) are not there',
  http_ssl: 'TLS is not there',
  http_v2: 'HTTP/2 is not there',
  fastcgi: 'FastCGI is not there',
  scgi: 'SCGI is not there',
  grpc: 'gRPC is not there',
  memcached: 'memcached is not there',
  tunnel: '`tunnel_pass` is not there',
  dav: 'WebDAV is not there',
  slice: '`slice` needs a cache',
  flv: 'flv is not there',
  mp4: 'mp4 is not there',
  upstream_hash: '`hash` is not there',
  upstream_random: '`random` is not there',
  upstream_least_time: '`least_time` is not there',
  upstream_sticky: '`sticky` is not there',
  ssi: 'SSI is not there',
  charset: '`source_charset` is not there',
}

/** The others, one by one. */
export const failures: Readonly<Record<string, string>> = {
  'upstream_resolve_reload.t':
    'three checks: when name servers fail at a reload, new workers do not know what the old ones had resolved',
  'upstream_service.t': '`service` in an upstream (SRV records) is not there',
  'upstream_service_reload.t': '`service` in an upstream (SRV records) is not there',
  'subrequest_output_buffer_size.t':
    'one check: nginx still holds the head of the answer when an included one is too large, and sends nothing; here it has gone',
  'proxy_protocol_ipv6.t': 'streams are not there',
  'proxy_protocol_unix.t': 'streams are not there',
  ...Object.fromEntries(
    [
      'scgi',
      'scgi_body',
      'scgi_cache',
      'scgi_extra_data',
      'scgi_gzip',
      'scgi_merge_params',
      'scgi_request_buffering',
      'scgi_intercept_errors',
      'scgi_force_ranges',
      'scgi_limit_rate',
      'scgi_ssi',
      'scgi_next_upstream',
    ].map((name) => [`${name}.t`, 'SCGI is not there']),
  ),
}
