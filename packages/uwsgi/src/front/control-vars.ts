/**
 * Vars by which a peer steers uWSGI itself: load this file, use that home, change to this folder, set that variable of
 * the environment (core/protocol.c, uwsgi_proto_check_*). Whoever reaches the socket could run code with them, so a
 * request that carries one is refused unless the deployer named it in `controlVars`.
 */
import { UwsgiError } from '../errors.ts'

/** The vars that are refused unless configured. */
export const controlVars: ReadonlySet<string> = new Set([
  'UWSGI_APPID',
  'UWSGI_CACHE_GET',
  'UWSGI_CALLABLE',
  'UWSGI_CHDIR',
  'UWSGI_FILE',
  'UWSGI_HOME',
  'UWSGI_MODULE',
  'UWSGI_POSTFILE',
  'UWSGI_PYHOME',
  'UWSGI_SCRIPT',
  'UWSGI_SETENV',
  'UWSGI_TOUCH_RELOAD',
])

/** Throws `control-var` when `key` steers the server and was not allowed. */
export function checkControlVar(key: string, allowed: ReadonlySet<string>): void {
  if (!controlVars.has(key) || allowed.has(key)) return
  throw new UwsgiError('control-var', `the var ${key} would steer this server: it is refused unless in \`controlVars\``)
}
