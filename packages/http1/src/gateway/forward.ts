/** `forward(target)`: an application that puts each call on the wire to an HTTP/1.1 server; relay.ts says how. */
import type { Application, Body, Environ, StartResponse } from '@trivet/gateway'
import type { Address } from '../client/address.ts'
import type { ClientOptions } from '../client/options.ts'
import { ClientPool } from '../client/pool.ts'
import { ForwardExchange } from './forward-exchange.ts'

/** `http://host:port`, `host:port` or `unix:/path`. */
function parseTarget(target: string | Address): Address {
  if (typeof target !== 'string') return target
  if (target.startsWith('unix:')) return { path: target.slice('unix:'.length) }
  const url = new URL(target.includes('://') ? target : `http://${target}`)
  if (url.protocol !== 'http:' || url.pathname !== '/') {
    throw new TypeError(`target must be \`http://host:port\`, \`host:port\` or \`unix:/path\`, got ${target}`)
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 80 : Number(url.port) }
}

/** An application that is an HTTP/1.1 server elsewhere; when that does not answer, the answer is a 502 or 504. */
export function forward(target: string | Address, options?: ClientOptions): Application {
  const pool = new ClientPool(parseTarget(target), options)
  return (environ: Environ, startResponse: StartResponse): Promise<Body> =>
    new ForwardExchange(pool, environ).run(startResponse)
}
