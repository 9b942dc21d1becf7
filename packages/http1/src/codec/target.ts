/** The four forms of a request target (RFC 9112 section 3.2). */
import { AUTHORITY } from './characters.ts'
import { Http1Error } from './error.ts'

const SLASH = 0x2f
const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//

/** Refuses a target whose form does not suit the method. */
export function checkTarget(method: string, target: string): void {
  if (target.charCodeAt(0) === SLASH && method !== 'CONNECT') return
  if (method === 'CONNECT' ? isAuthority(target) : scheme.test(target) || (target === '*' && method === 'OPTIONS'))
    return
  throw new Http1Error(
    'invalid-target',
    `the target ${JSON.stringify(target.slice(0, 40))} does not suit ${method.slice(0, 20)}`,
  )
}

function isAuthority(target: string): boolean {
  for (let i = 0; i < target.length; i++) if (AUTHORITY[target.charCodeAt(i)] !== 1) return false
  return /:\d+$/.test(target)
}

/** A request target taken apart; nothing is decoded. */
export interface Target {
  /** Host and port of the absolute and authority forms, which outrank the Host field (RFC 9112 section 3.2.2). */
  readonly authority: string | undefined
  /** From the first slash to `?`; empty for the authority and asterisk forms. */
  readonly path: string
  /** After `?`, without it. */
  readonly query: string
}

/** Takes a target apart. */
export function splitTarget(method: string, target: string): Target {
  if (target.charCodeAt(0) === SLASH) return split(undefined, target)
  if (method === 'CONNECT') return { authority: target, path: '', query: '' }
  const prefix = scheme.exec(target)
  if (prefix === null) return { authority: undefined, path: '', query: '' }
  const rest = target.slice(prefix[0].length)
  const end = rest.search(/[/?#]/)
  if (end < 0) return { authority: rest, path: '/', query: '' }
  return split(rest.slice(0, end), rest[end] === '/' ? rest.slice(end) : `/${rest.slice(end)}`)
}

function split(authority: string | undefined, text: string): Target {
  const fragment = text.indexOf('#')
  const origin = fragment < 0 ? text : text.slice(0, fragment)
  const mark = origin.indexOf('?')
  if (mark < 0) return { authority, path: origin, query: '' }
  return { authority, path: origin.slice(0, mark), query: origin.slice(mark + 1) }
}
