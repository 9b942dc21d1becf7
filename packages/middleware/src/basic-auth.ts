/** HTTP Basic authentication (RFC 7617), in UTF-8. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Awaitable, Body, Environ, Extended, StartResponse } from '@trivet/gateway'
import { answerPlain } from './exchange/plain-answer.ts'
import { MiddlewareError } from './middleware-error.ts'

/** What `basicAuth` adds to the environ (RFC 3875 sections 4.1.1 and 4.1.11). */
export interface BasicAuthEnviron {
  AUTH_TYPE: 'Basic'
  /** UTF-8 bytes, one character each, as all of CGI. */
  REMOTE_USER: string
}

/** Options of `basicAuth`. */
export interface BasicAuthOptions {
  /** Passwords by user, or a judge, which has to compare in constant time itself. */
  readonly users: Readonly<Record<string, string>> | ((user: string, password: string) => Awaitable<boolean>)
  /** What browsers show; default `Restricted`. */
  readonly realm?: string
}

/** Lets in who knows a password, and answers 401 to others; sets REMOTE_USER and AUTH_TYPE. */
export function basicAuth(options: BasicAuthOptions): Extended<BasicAuthEnviron> {
  const { users, realm = 'Restricted' } = options
  if (/[^\x20-\x7e]|["\\]/.test(realm)) {
    throw new MiddlewareError('option-invalid', `\`realm\` is printable ASCII without quotes, got \`${realm}\``)
  }
  const verify = typeof users === 'function' ? users : passwordTable(users)
  const challenge = `Basic realm="${realm}", charset="UTF-8"`
  const refuse = (startResponse: StartResponse): Body =>
    answerPlain(startResponse, '401 Unauthorized', [['WWW-Authenticate', challenge]])
  return (application) => (environ: Environ, startResponse: StartResponse) => {
    const given = credentials(environ['HTTP_AUTHORIZATION'])
    if (given === undefined) return refuse(startResponse)
    const decide = (known: boolean): Awaitable<Body> => {
      if (!known) return refuse(startResponse)
      const user = Buffer.from(given.user).toString('latin1')
      return application(Object.assign(environ, { AUTH_TYPE: 'Basic', REMOTE_USER: user } as const), startResponse)
    }
    const known = verify(given.user, given.password)
    return known instanceof Promise ? known.then(decide) : decide(known)
  }
}

function credentials(header: string | undefined): { readonly user: string; readonly password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon === -1 || /[\0-\x1f\x7f]/.test(text)) return undefined
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Digests are compared, of one length whatever was sent, and for unknown users too. */
function passwordTable(users: Readonly<Record<string, string>>): (user: string, password: string) => boolean {
  const digests = new Map(Object.entries(users).map(([user, password]) => [user, digest(password)]))
  const nobody = digest('')
  return (user, password) => {
    const expected = digests.get(user)
    const equal = timingSafeEqual(digest(password), expected ?? nobody)
    return equal && expected !== undefined
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
