/** What proxies say of the request they passed on, nearest proxy last: RFC 7239's Forwarded and its X- forerunners. */
import type { Environ } from '@trivet/gateway'

/** One step of the way; each part as the proxy wrote it, or absent. */
export interface Hop {
  readonly for?: string | undefined
  readonly proto?: string | undefined
  readonly host?: string | undefined
}

/** The hops of `Forwarded` (section 4); a header that breaks the grammar says nothing. */
export function forwardedHops(header: string | undefined): readonly Hop[] {
  if (header === undefined) return []
  const element = /\s*(?:([!#$%&'*+\-.^_`|~\w]+)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+\-.^_`|~\w:[\]]*)))?\s*(;|,|$)/gy
  const hops: Hop[] = []
  let hop: Record<string, string> = {}
  while (element.lastIndex < header.length) {
    const match = element.exec(header)
    if (match === null) return []
    const [, name, quoted, token, end] = match
    if (name !== undefined) hop[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? token ?? ''
    if (end === ';') continue
    // Empty elements of a list mean nothing (RFC 9110 section 5.6.1).
    if (Object.keys(hop).length > 0) hops.push({ for: hop['for'], proto: hop['proto'], host: hop['host'] })
    hop = {}
  }
  return hops
}

/** The hops of X-Forwarded-For; proto and host are lists of the same length or one value, the nearest proxy's. */
export function xForwardedHops(environ: Environ): readonly Hop[] {
  const addresses = list(environ['HTTP_X_FORWARDED_FOR'])
  const protos = list(environ['HTTP_X_FORWARDED_PROTO'])
  const hosts = list(environ['HTTP_X_FORWARDED_HOST'])
  const length = Math.max(addresses.length, Math.min(protos.length, 1), Math.min(hosts.length, 1))
  return Array.from({ length }, (_, i) => ({
    for: addresses[i],
    proto: protos.length === length ? protos[i] : protos.at(-1),
    host: hosts.length === length ? hosts[i] : hosts.at(-1),
  }))
}

/** A node as an address alone: without port, brackets and the IPv4-in-IPv6 prefix. */
export function addressOf(node: string): string {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(node)?.[1] ?? node.replace(/^([\d.]+):\d+$/, '$1')
  return bare.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

function list(header: string | undefined): string[] {
  return header === undefined ? [] : header.split(',').map((item) => item.trim())
}
