/**
 * Options from the environment, as uWSGI has them: `UWSGI_HTTP_SOCKET=:8080` is `http-socket = :8080`. They come before
 * everything else, so that files and the command line overrule them.
 */
import type { Place } from './diagnostic.ts'
import type { SettingSink } from './setting.ts'

const prefix = 'UWSGI_'

/** Variables that uWSGI sets for its own children. */
const internal: ReadonlySet<string> = new Set([
  'UWSGI_RELOADS',
  'UWSGI_VASSALS_DIR',
  'UWSGI_EMPEROR_FD',
  'UWSGI_BROODLORD_NUM',
  'UWSGI_EMPEROR_FD_CONFIG',
  'UWSGI_EMPEROR_PROXY',
  'UWSGI_JAIL_PID',
  'UWSGI_ORIGINAL_PROC_NAME',
])

/** Reads the variables into `sink`, in the order of their names. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>, sink: SettingSink): void {
  for (const variable of Object.keys(environment).sort()) {
    const value = environment[variable]
    if (!variable.startsWith(prefix) || internal.has(variable) || value === undefined) continue
    const name = variable.slice(prefix.length).toLowerCase().replaceAll('_', '-')
    const text = `${variable}=${value}`
    const place: Place = { source: 'environment', line: 0, column: 1, length: variable.length, text }
    sink.add({ name, value, place, valuePlace: { ...place, column: variable.length + 2, length: value.length } })
  }
}
