import type { Address } from '@trivet/http1/client'

/** Reads `unix:/run/app.sock`, `/run/app.sock`, `host:port`, `[::1]:port` or `:port`; throws TypeError on anything else. */
export function parseAddress(target: string): Address {
  const path = target.startsWith('unix:') ? target.slice(5) : target
  if (path.startsWith('/')) return { path }
  const match = /^(?:\[([^\]]+)\]|([^:/]*)):(\d{1,5})$/.exec(target)
  const port = Number(match?.[3])
  if (match === null || port < 1 || port > 65_535) {
    throw new TypeError(`not an address: ${JSON.stringify(target)}; expected \`unix:/path\` or \`host:port\``)
  }
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port }
}
