/** Applications by the Host header (RFC 9110 section 7.2): exact names first, then the longest `*.` pattern. */
import type { Application } from '@trivet/gateway'
import { withLifespans } from './exchange/lifespan.ts'
import { notFound } from './exchange/plain-answer.ts'

/**
 * Routes by host name, in any case, without its port and a trailing dot. `*.example.com` takes every name below
 * `example.com`, not itself; `fallback` (default: 404) takes the rest. `start` and `stop` are those of all.
 */
export function virtualHosts(
  hosts: Readonly<Record<string, Application>>,
  fallback: Application = notFound,
): Application {
  const table = new Map(Object.entries(hosts).map(([name, application]) => [name.toLowerCase(), application]))
  const route: Application = (environ, startResponse) => {
    const name = hostName(environ['HTTP_HOST'] ?? environ.SERVER_NAME)
    return (applicationFor(table, name) ?? fallback)(environ, startResponse)
  }
  return withLifespans(route, [...Object.values(hosts), fallback])
}

function applicationFor(table: ReadonlyMap<string, Application>, name: string): Application | undefined {
  const exact = table.get(name)
  if (exact !== undefined) return exact
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const found = table.get(`*${name.slice(dot)}`)
    if (found !== undefined) return found
  }
  return undefined
}

function hostName(host: string): string {
  const bare = host.replace(/:\d*$/, '').toLowerCase()
  return bare.endsWith('.') ? bare.slice(0, -1) : bare
}
