/**
 * Between a request target and CGI's path variables (RFC 3875 sections 4.1.5 and 4.1.13, PEP 3333 "URL Reconstruction").
 * PATH_INFO holds the percent-decoded bytes, one character each.
 */
import type { Environ } from '../contract.ts'

const escapes = /%([0-9A-Fa-f]{2})/g
const unsafe = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/g

/** A raw path as PATH_INFO has it: `/caf%C3%A9` becomes six characters, each a byte. */
export function decodePath(path: string): string {
  if (!path.includes('%')) return path
  return path.replace(escapes, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** A PATH_INFO as a raw path. */
export function encodePath(path: string): string {
  return path.replace(unsafe, (char) => `%${(char.charCodeAt(0) & 0xff).toString(16).toUpperCase().padStart(2, '0')}`)
}

/** A request target taken apart; nothing is decoded. */
export interface SplitTarget {
  /** Of the absolute form, whose host outranks the Host header (RFC 9112 section 3.2.2). */
  readonly authority: string | undefined
  /** `*` for `OPTIONS *`. */
  readonly path: string
  /** Behind the `?`, without it. */
  readonly query: string
}

/** Takes a request target of the origin, absolute or asterisk form apart. */
export function splitTarget(target: string): SplitTarget {
  const [prefix, authority] = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(target) ?? ['']
  const rest = target.slice(prefix.length)
  const [path = '', ...query] = (rest.split('#')[0] ?? '').split('?')
  return { authority, path: path === '' ? '/' : path, query: query.join('?') }
}

/** The raw path with its query; the client's own spelling unless middleware has changed where the request goes. */
export function requestTarget(environ: Environ): string {
  const path = environ.SCRIPT_NAME + environ.PATH_INFO
  const query = environ.QUERY_STRING === '' ? '' : `?${environ.QUERY_STRING}`
  const sent = environ.REQUEST_URI
  if (sent?.startsWith('/')) {
    const mark = sent.indexOf('?')
    const raw = mark === -1 ? sent : sent.slice(0, mark)
    if (decodePath(raw) === path) return raw + query
  }
  return encodePath(path) + query
}

/** Scheme and authority: the Host header where there is one, else where the server listens. */
export function requestOrigin(environ: Environ): string {
  const scheme = environ['tsgi.url_scheme']
  return `${scheme}://${environ['HTTP_HOST'] ?? hostAndPort(environ.SERVER_NAME, environ.SERVER_PORT, scheme)}`
}

function hostAndPort(name: string, port: string, scheme: string): string {
  const host = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name
  return port === (scheme === 'https' ? '443' : '80') ? host : `${host}:${port}`
}
