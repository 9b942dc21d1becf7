/** Which files a start is about: prefix, configuration, error log, pid file, and their defaults.
 *
 * nginx has its paths compiled in; a package that npm installs has no place of its own, so the defaults are about the
 * current folder: the prefix is that folder, the configuration is `nginx.conf` or else `conf/nginx.conf` in it, and the
 * error log and pid file go to its `logs/` when there is one, else to standard error and `nginx.pid`.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** What the command line, or a caller, may say. */
export interface LayoutOptions {
  readonly prefix?: string | undefined
  readonly file?: string | undefined
  readonly errorLog?: string | undefined
}

/** Absolute paths. */
export interface Layout {
  /** Ends with a slash. */
  readonly prefix: string
  readonly file: string
  /** The log until, and unless, the configuration names one; undefined is standard error. */
  readonly errorLog: string | undefined
  /** Unless the configuration names one. */
  readonly pid: string
}

/** Settles what is left open. */
export function layout(options: LayoutOptions): Layout {
  const prefix = join(resolve(options.prefix ?? '.'), '/')
  const logs = existsSync(join(prefix, 'logs'))
  return {
    prefix,
    file: resolve(prefix, options.file ?? defaultFile(prefix)),
    errorLog: errorLogFile(prefix, options.errorLog, logs),
    pid: join(prefix, logs ? 'logs/nginx.pid' : 'nginx.pid'),
  }
}

function defaultFile(prefix: string): string {
  const [first, second] = ['nginx.conf', 'conf/nginx.conf']
  return !existsSync(join(prefix, first)) && existsSync(join(prefix, second)) ? second : first
}

function errorLogFile(prefix: string, named: string | undefined, logs: boolean): string | undefined {
  if (named === 'stderr') return undefined
  if (named !== undefined) return resolve(prefix, named)
  return logs ? join(prefix, 'logs/error.log') : undefined
}
