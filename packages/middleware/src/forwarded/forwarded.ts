/**
 * Who the client is behind proxies. Anybody can send the headers, so only hops that trusted addresses vouch for count:
 * from the peer backwards, each trusted hop's word on the one before it is taken, and no word after that.
 */
import { BlockList, isIP } from 'node:net'
import type { Environ, Middleware } from '@trivet/gateway'
import { MiddlewareError } from '../middleware-error.ts'
import { type Hop, addressOf, forwardedHops, xForwardedHops } from './hops.ts'

/** Options of `forwarded`. */
export interface ForwardedOptions {
  /** Addresses and CIDR ranges of the proxies; `unix` for peers without an address, on Unix sockets. */
  readonly trusted: readonly string[]
  /** What the proxies send; default `x-forwarded`. The other kind is removed, since nobody vouches for it. */
  readonly header?: 'x-forwarded' | 'forwarded'
  /** Whether the Host comes from the proxy too; default false, as many proxies pass on a client's X-Forwarded-Host. */
  readonly host?: boolean
}

const xKeys = ['HTTP_X_FORWARDED_FOR', 'HTTP_X_FORWARDED_PROTO', 'HTTP_X_FORWARDED_HOST'] as const

/**
 * Sets REMOTE_ADDR, `tsgi.url_scheme`, HTTPS and, when asked, HTTP_HOST by what trusted proxies say; from anybody else
 * the headers are removed. In place: it is the truth for the whole request, also for what stands outside.
 */
export function forwarded(options: ForwardedOptions): Middleware {
  const { header = 'x-forwarded', host = false } = options
  const isTrusted = trustOf(options.trusted)
  return (application) => (environ, startResponse) => {
    for (const key of header === 'forwarded' ? xKeys : (['HTTP_FORWARDED'] as const)) delete environ[key]
    if (isTrusted(addressOf(environ.REMOTE_ADDR ?? ''))) {
      const hops = header === 'forwarded' ? forwardedHops(environ['HTTP_FORWARDED']) : xForwardedHops(environ)
      apply(environ, hops, isTrusted, host)
    } else {
      for (const key of [...xKeys, 'HTTP_FORWARDED'] as const) delete environ[key]
    }
    return application(environ, startResponse)
  }
}

function apply(environ: Environ, hops: readonly Hop[], isTrusted: (address: string) => boolean, host: boolean): void {
  let last: Hop | undefined
  for (const hop of hops.toReversed()) {
    last = hop
    const address = addressOf(hop.for ?? '')
    if (isIP(address) === 0) break
    environ.REMOTE_ADDR = address
    delete environ.REMOTE_PORT
    if (!isTrusted(address)) break
  }
  const proto = last?.proto?.toLowerCase()
  if (proto === 'http' || proto === 'https') setScheme(environ, proto)
  if (host && last?.host !== undefined && /^[\w.:[\]-]+$/.test(last.host)) environ['HTTP_HOST'] = last.host
}

function setScheme(environ: Environ, scheme: 'http' | 'https'): void {
  environ['tsgi.url_scheme'] = scheme
  if (scheme === 'https') environ.HTTPS = 'on'
  else delete environ.HTTPS
}

function trustOf(trusted: readonly string[]): (address: string) => boolean {
  const blocks = new BlockList()
  let unix = false
  for (const entry of trusted) {
    if (entry === 'unix') unix = true
    else addBlock(blocks, entry)
  }
  return (address) => {
    const version = isIP(address)
    return version === 0 ? unix && address === '' : blocks.check(address, version === 6 ? 'ipv6' : 'ipv4')
  }
}

function addBlock(blocks: BlockList, entry: string): void {
  const [address = '', bits] = entry.split('/')
  const version = isIP(address)
  const longest = version === 6 ? 128 : 32
  const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
  if (version === 0 || !(prefix <= longest)) {
    throw new MiddlewareError(
      'option-invalid',
      `\`trusted\` takes addresses, CIDR ranges and \`unix\`, got \`${entry}\``,
    )
  }
  blocks.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4')
}
