/** Applications below one another: the longest prefix wins, by whole segments (`/api` takes `/api/x`, not `/apis`). */
import type { Application } from '@trivet/gateway'
import { changedEnviron } from './exchange/environ.ts'
import { withLifespans } from './exchange/lifespan.ts'
import { notFound } from './exchange/plain-answer.ts'
import { MiddlewareError } from './middleware-error.ts'

/**
 * Routes by path: the prefix moves from PATH_INFO to SCRIPT_NAME. Prefixes are given percent-decoded; `/` takes all that
 * no longer prefix takes, and `fallback` (default: 404) the rest. `start` and `stop` are those of all.
 */
export function mount(routes: Readonly<Record<string, Application>>, fallback: Application = notFound): Application {
  const table = Object.entries(routes).map(([prefix, application]) => [normalPrefix(prefix), application] as const)
  table.sort(([a], [b]) => b.length - a.length)
  const route: Application = (environ, startResponse) => {
    const { PATH_INFO: path, SCRIPT_NAME: script } = environ
    for (const [prefix, application] of table) {
      if (prefix === '' && path !== '*') return application(environ, startResponse)
      if (!isBelow(path, prefix)) continue
      const inside = changedEnviron(environ, { SCRIPT_NAME: script + prefix, PATH_INFO: path.slice(prefix.length) })
      return application(inside, startResponse)
    }
    return fallback(environ, startResponse)
  }
  return withLifespans(route, [...Object.values(routes), fallback])
}

function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')
}

/** As PATH_INFO has it: UTF-8 bytes, one character each, without the slash at the end. */
function normalPrefix(prefix: string): string {
  if (!prefix.startsWith('/'))
    throw new MiddlewareError('option-invalid', `a prefix begins with \`/\`, got \`${prefix}\``)
  return Buffer.from(prefix.replace(/\/+$/, '')).toString('latin1')
}
