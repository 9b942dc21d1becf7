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
export const failures: Readonly<Record<string, string>> = {}
