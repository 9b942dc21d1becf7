/** `proxy_redirect` and `proxy_cookie_*`: fields of answers that name the upstream are changed to name the proxy. */
import type { Request } from '../../http/request.ts'
import type { Pattern } from '../../model/pattern.ts'
import type { Value } from '../../model/value.ts'

/** One rule: what is looked for, and what takes its place. */
export interface Replacement {
  readonly from: Value | Pattern
  readonly to: Value
}

function isPattern(from: Value | Pattern): from is Pattern {
  return 'regex' in from
}

/** Applies the first rule whose text the value begins with, or whose pattern matches (which then replaces the whole). */
export function replaceStart(request: Request, text: string, rules: readonly Replacement[]): string | undefined {
  for (const { from, to } of rules) {
    if (isPattern(from)) {
      const captures = from.regex.exec(text)
      if (captures === null) continue
      request.captures = captures
      return to.read(request)
    }
    const start = from.read(request)
    if (text.startsWith(start)) return to.read(request) + text.slice(start.length)
  }
  return undefined
}

const undotted = (text: string): string => (text.startsWith('.') ? text.slice(1) : text)

/** A leading dot of the cookie's domain stays, those of the rules do not count. */
function replaceDomain(request: Request, text: string, rules: readonly Replacement[]): string | undefined {
  const bare = undotted(text)
  const dot = bare === text ? '' : '.'
  for (const { from, to } of rules) {
    if (isPattern(from)) {
      const captures = from.regex.exec(bare)
      if (captures === null) continue
      request.captures = captures
      return dot + undotted(to.read(request))
    }
    if (bare.toLowerCase() === undotted(from.read(request)).toLowerCase()) return dot + undotted(to.read(request))
  }
  return undefined
}

/** A `proxy_cookie_flags`. */
export interface CookieFlags {
  readonly name: Value | Pattern
  readonly flags: readonly Value[]
}

/** What is done to cookies. */
export interface CookieRules {
  readonly domains: readonly Replacement[]
  readonly paths: readonly Replacement[]
  readonly flags: readonly CookieFlags[]
}

/** Changes a Set-Cookie. */
export function rewriteCookie(request: Request, cookie: string, rules: CookieRules): string {
  const parts = cookie.split(';')
  for (const [index, part] of parts.entries()) {
    const match = index === 0 ? null : /^(\s*)(domain|path)=(.*)$/i.exec(part)
    if (match === null) continue
    const [, space = '', name = '', value = ''] = match
    const replaced =
      name.toLowerCase() === 'domain'
        ? replaceDomain(request, value, rules.domains)
        : replaceStart(request, value, rules.paths)
    if (replaced !== undefined) parts[index] = `${space}${name}=${replaced}`
  }
  return rules.flags.length === 0 ? parts.join(';') : applyFlags(request, parts, rules.flags)
}

function applyFlags(request: Request, parts: readonly string[], rules: readonly CookieFlags[]): string {
  const name = (parts[0] ?? '').split('=')[0]?.trim() ?? ''
  const rule = rules.find(({ name: wanted }) =>
    isPattern(wanted) ? wanted.regex.test(name) : wanted.read(request) === name,
  )
  if (rule === undefined) return parts.join(';')
  let attributes = parts.map((part) => part.trim())
  const drop = (flag: string): void => {
    attributes = attributes.filter((part, index) => index === 0 || part.trim().toLowerCase().split('=')[0] !== flag)
  }
  for (const value of rule.flags) {
    const flag = value.read(request).toLowerCase()
    const name = flag.replace(/^no/, '').split('=')[0] ?? ''
    const isOff = flag.startsWith('no') && flag !== 'none'
    if (isOff) drop(name)
    else if (name === 'samesite') {
      drop(name)
      const mode = flag.split('=')[1] ?? ''
      attributes.push(`SameSite=${mode.charAt(0).toUpperCase()}${mode.slice(1)}`)
    } else if (!attributes.some((part, index) => index > 0 && part.trim().toLowerCase() === name)) {
      attributes.push(name === 'httponly' ? 'HttpOnly' : 'Secure')
    }
  }
  return attributes.join('; ')
}
