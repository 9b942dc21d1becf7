/**
 * Sessions: a signed id in a cookie (RFC 6265), the data in a store. The session is read before the application runs and
 * written before the head leaves, so that a client that has its answer finds its session as it left it.
 */
import { parseCookie, stringifySetCookie } from 'cookie'
import type { Awaitable, Body, Environ, Extended, HeaderList, StartResponse } from '@trivet/gateway'
import { headerValue, withVary } from '../exchange/headers.ts'
import { withHeldHead } from '../exchange/held-head.ts'
import { MiddlewareError } from '../middleware-error.ts'
import type { SessionStore } from './session-store.ts'
import { LiveSession, type Session } from './session.ts'
import { sign, verify } from './signed-value.ts'

/** What `sessions` adds to the environ. */
export interface SessionEnviron<Data extends object = Record<string, unknown>> {
  'tsgi.session': Session<Data>
}

/** Options of `sessions`. */
export interface SessionOptions {
  /** Secrets of 32 characters or more; the first signs, the others still verify, until their cookies are renewed. */
  readonly keys: readonly string[]
  readonly store: SessionStore
  /** How long a session lives after its last renewal, in seconds; default two weeks. Renewed in its second half. */
  readonly maxAge?: number
  readonly cookie?: SessionCookieOptions
}

/** The cookie; `HttpOnly` always. */
export interface SessionCookieOptions {
  /** Default `session`. */
  readonly name?: string
  /** Default `/`. */
  readonly path?: string
  readonly domain?: string
  /** Default `lax`. */
  readonly sameSite?: 'lax' | 'strict' | 'none'
  /** Default: as the request came, by https or not. */
  readonly secure?: boolean
}

interface Loaded<Data extends object> {
  readonly session: LiveSession<Data>
  readonly expires: number
  /** The cookie was signed with an older key. */
  readonly rotate: boolean
}

/**
 * Gives the application `tsgi.session`. Nothing is stored, and no cookie set, until something is put into it; a response
 * whose application has looked at it varies by Cookie, so that no shared cache gives it to others.
 */
export function sessions<Data extends object = Record<string, unknown>>(
  options: SessionOptions,
): Extended<SessionEnviron<Data>> {
  const keeper = new SessionKeeper<Data>(options)
  return (application) => (environ: Environ, startResponse: StartResponse) => {
    const serve = (loaded: Loaded<Data>): Awaitable<Body> => {
      const extended = Object.assign(environ, { 'tsgi.session': loaded.session })
      const inside = (_environ: Environ, start: StartResponse): Awaitable<Body> => application(extended, start)
      return withHeldHead(inside, environ, startResponse, (status, headers) => {
        const kept = keeper.keep(loaded, environ, headers)
        return kept instanceof Promise ? kept.then((all) => ({ status, headers: all })) : { status, headers: kept }
      })
    }
    const loaded = keeper.load(environ)
    return loaded instanceof Promise ? loaded.then(serve) : serve(loaded)
  }
}

class SessionKeeper<Data extends object> {
  private readonly keys: readonly [string, ...string[]]
  private readonly store: SessionStore
  private readonly maxAge: number
  private readonly cookie: SessionCookieOptions
  private readonly name: string

  constructor({ keys, store, maxAge = 14 * 24 * 3600, cookie = {} }: SessionOptions) {
    const [first, ...others] = keys
    if (first === undefined || keys.some((key) => key.length < 32)) {
      throw new MiddlewareError('option-invalid', '`keys` takes one secret or more, of 32 characters at least')
    }
    this.keys = [first, ...others]
    this.store = store
    this.maxAge = maxAge
    this.cookie = cookie
    this.name = cookie.name ?? 'session'
    if (!Number.isSafeInteger(maxAge) || maxAge <= 0) {
      throw new MiddlewareError('option-invalid', `\`maxAge\` is a whole number of seconds above 0, got ${maxAge}`)
    }
    try {
      this.setCookie('', maxAge, true)
    } catch (error) {
      const { message } = error as Error
      throw new MiddlewareError('option-invalid', `\`cookie\` cannot be sent: ${message}`, { cause: error })
    }
  }

  load(environ: Environ): Awaitable<Loaded<Data>> {
    const fresh = (): Loaded<Data> => ({ session: new LiveSession<Data>(undefined), expires: 0, rotate: false })
    const sent = parseCookie(environ['HTTP_COOKIE'] ?? '')[this.name]
    const signed = sent === undefined ? undefined : verify(sent, this.keys)
    if (signed === undefined) return fresh()
    const { value: id, key } = signed
    const found = this.store.read(id)
    const loaded = (stored: Awaited<typeof found>): Loaded<Data> =>
      stored === undefined
        ? fresh()
        : { session: new LiveSession({ id, data: stored.data }), expires: stored.expires, rotate: key > 0 }
    return found instanceof Promise ? found.then(loaded) : loaded(found)
  }

  /** Brings the store up to date; the headers with the cookie where one is due. */
  keep({ session, expires, rotate }: Loaded<Data>, environ: Environ, plain: HeaderList): Awaitable<HeaderList> {
    const headers = session.consulted ? withVary(plain, 'Cookie') : plain
    const data = session.seal()
    const now = Date.now()
    const aged = !session.fresh && expires - now < (this.maxAge * 1000) / 2
    if (!session.changed && !rotate && !aged) return headers
    if (session.destroyed && session.fresh) return headers
    const pending = session.stale.map((id) => this.store.delete(id))
    if (!session.destroyed) pending.push(this.store.write(session.id, { data, expires: now + this.maxAge * 1000 }))
    const sent = this.withCookie(session, environ, headers)
    const waits = pending.filter((one) => one instanceof Promise)
    return waits.length === 0 ? sent : Promise.all(waits).then(() => sent)
  }

  private withCookie(session: LiveSession<Data>, environ: Environ, headers: HeaderList): HeaderList {
    const secure = environ['tsgi.url_scheme'] === 'https'
    const cookie = session.destroyed
      ? this.setCookie('', 0, secure)
      : this.setCookie(sign(session.id, this.keys[0]), this.maxAge, secure)
    const uncached = headerValue(headers, 'cache-control') === undefined
    const guard: HeaderList = uncached ? [['Cache-Control', 'private']] : []
    return [...headers, ...guard, ['Set-Cookie', cookie]]
  }

  private setCookie(value: string, maxAge: number, byHttps: boolean): string {
    const { path = '/', domain, sameSite = 'lax', secure = byHttps } = this.cookie
    const attributes = { path, sameSite, secure, httpOnly: true, maxAge, ...(domain === undefined ? {} : { domain }) }
    return stringifySetCookie({ name: this.name, value, ...attributes })
  }
}
