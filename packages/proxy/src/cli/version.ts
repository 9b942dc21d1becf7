/** What `-h`, `-v` and `-V` say. Programs ask `-V` what this nginx can do, so the answer loads nothing but this. */
import { createRequire } from 'node:module'

/** The nginx whose behaviour is implemented. */
const nginxVersion = '1.31.5'

/** Modules that nginx has unless told otherwise and that are not here, by the names of its configure options. */
export const absentModules: readonly string[] = [
  'http_fastcgi_module',
  'http_scgi_module',
  'http_grpc_module',
  'http_tunnel_module',
  'http_memcached_module',
  'http_upstream_least_time_module',
  'http_upstream_sticky_module',
  'http-cache',
  'mail_pop3_module',
  'mail_imap_module',
  'mail_smtp_module',
]

/** Modules that nginx has only when told so, and that are here. */
export const addedModules: readonly string[] = [
  'http_stub_status_module',
  'http_realip_module',
  'http_addition_module',
  'http_sub_module',
  'http_auth_request_module',
  'http_gunzip_module',
  'http_gzip_static_module',
  'http_random_index_module',
  'http_secure_link_module',
]

const help = `Usage: trivet-proxy [-?hvVtTq] [-s signal] [-p prefix]
             [-e filename] [-c filename] [-g directives]

Options:
  -?,-h         : this help
  -v            : show version and exit
  -V            : show version and configure options then exit
  -t            : test configuration and exit
  -T            : test configuration, dump it and exit
  -q            : suppress non-error messages during configuration testing
  -s signal     : send signal to a master process: stop, quit, reopen, reload
  -p prefix     : set prefix path (default: the current folder)
  -e filename   : set error log file (default: logs/error.log where there is a folder logs, else stderr)
  -c filename   : set configuration file (default: nginx.conf, else conf/nginx.conf)
  -g directives : set global directives out of configuration file

`

/** What to print to standard error. */
export function versionText(show: { readonly help: boolean; readonly configure: boolean }): string {
  const line = `nginx version: nginx/${nginxVersion} (trivet ${packageVersion()})\n`
  return line + (show.help ? help : '') + (show.configure ? configureText() : '')
}

/** `nginx/1.31.5 (trivet 0.1.0)` */
export function productName(): string {
  return `nginx/${nginxVersion} (trivet ${packageVersion()})`
}

function configureText(): string {
  const { node, openssl } = process.versions
  const options = [...addedModules.map((name) => `--with-${name}`), ...absentModules.map((name) => `--without-${name}`)]
  return `built for Node ${node}\nbuilt with OpenSSL ${openssl}\nconfigure arguments: ${options.join(' ')}\n`
}

function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('../../package.json')
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version)
  throw new TypeError('package.json has no version')
}
