/** `userid`: a cookie that tells returning clients from new ones, with nginx's 16 bytes in it. */
import { httpDate } from '@trivet/http1'
import type { Report } from '../language/diagnostic.ts'
import { key, type Directive } from '../language/directive.ts'
import { choiceRow } from '../language/rows.ts'
import type { Statement } from '../language/statement.ts'
import { parseTime } from '../language/values.ts'
import type { Request } from '../http/request.ts'
import { keptIn } from '../model/location.ts'
import type { Module } from '../model/module.ts'
import { addressBytes } from '../model/network.ts'
import { everywhere, row, textOf, textsOf } from '../model/row.ts'
import type { HttpScope, LevelScope } from '../model/scope.ts'
import { setting, type Setting } from '../model/setting.ts'
import type { Reference } from '../model/variable.ts'
import { cookieValue } from './variables.ts'

interface UserId {
  readonly mode: 'off' | 'log' | 'v1' | 'on'
  readonly name: string
  readonly domain: string
  readonly path: string
  readonly flags: readonly string[]
  readonly p3p: string
  readonly mark: string
  /** Undefined: the server's address. */
  readonly service: number | undefined
  /** Seconds, `max`, or 0 for a cookie of the session. */
  readonly expires: number | 'max'
  /** Slots of the request: what it brought and what it is given. */
  readonly got: number
  readonly given: number
  readonly reset: Reference
}

const uidSize = 16
/** Characters of base64 without its padding. */
const encodedSize = 22
const farFuture = 'Thu, 31-Dec-37 23:55:55 GMT'

const mode = setting<UserId['mode']>('userid', 'off')
const nameSetting = setting('userid_name', 'uid')
const domain = setting('userid_domain', 'none')
const path = setting('userid_path', '/')
const flags = setting<readonly string[]>('userid_flags', ['off'])
const p3p = setting('userid_p3p', 'none')
const mark = setting('userid_mark', 'off')
const service = setting<number | undefined>('userid_service', undefined)
const expires = setting<number | 'max'>('userid_expires', 0)
const userIdKey = key<UserId>('userid')
const slotsKey = Symbol('userid slots')

/** What `set $uid_reset` has said; `map` may stand in for it. */
const resets = new WeakMap<Request, string>()
const resetKey = Symbol('$uid_reset')

const knownFlags: ReadonlySet<string> = new Set([
  'off',
  'secure',
  'httponly',
  'samesite=strict',
  'samesite=lax',
  'samesite=none',
])
const firstSequence = 0x03030302
/** Tells processes apart: microseconds of the start, as far as 16 bits go, and the process. */
const startValue = ((((Date.now() % 1000) * 50) << 16) | (process.pid & 0xffff)) >>> 0
let sequence = firstSequence

const hex = (uid: Buffer): string => {
  let text = ''
  // nginx shows the words as its machine keeps them.
  for (let at = 0; at < uidSize; at += 4) text += uid.readUInt32LE(at).toString(16).toUpperCase().padStart(8, '0')
  return text
}

/** What the client brought: the whole cookie, when it is a sound one. */
function gotCookie(request: Request, settings: UserId): string {
  const { main } = request
  const known = main.slots[settings.got]
  if (known !== undefined) return known
  const cookie = cookieValue(main, settings.name)
  let sound = ''
  if (cookie !== undefined && cookie.length < encodedSize)
    main.log('error', `client sent too short userid cookie "${cookie}"`)
  else if (cookie !== undefined && !/^[A-Za-z\d+/]{22}/.test(cookie))
    main.log('error', `client sent invalid userid cookie "${cookie}"`)
  else sound = cookie ?? ''
  main.slots[settings.got] = sound
  return sound
}

const bytesOf = (cookie: string): Buffer => Buffer.from(cookie.slice(0, encodedSize), 'base64')

/** The value to send, made once for each request; empty when the client has a good one. */
function givenCookie(request: Request, settings: UserId): string {
  const { main } = request
  const known = main.slots[settings.given]
  if (known !== undefined) return known
  const value = makeCookie(main, settings)
  main.slots[settings.given] = value
  return value
}

function makeCookie(request: Request, settings: UserId): string {
  const got = gotCookie(request, settings)
  const reset = settings.reset.get(request) ?? ''
  const isMarked = settings.mark !== 'off'
  if (got !== '') {
    if (reset === '' || reset === '0') {
      const isCurrent = !isMarked || (got.length > 23 && got[22] === settings.mark && got[23] === '=')
      return isCurrent ? '' : `${got.slice(0, encodedSize)}${settings.mark}=`
    }
    if (reset === 'log') request.log('notice', `userid cookie "${settings.name}=${hex(bytesOf(got))}" was reset`)
  }
  const text = newUid(request, settings).toString('base64')
  return isMarked ? `${text.slice(0, encodedSize)}${settings.mark}=` : text
}

function newUid(request: Request, { mode: version, service: number }: UserId): Buffer {
  const uid = Buffer.alloc(uidSize)
  const now = Math.floor(Date.now() / 1000)
  const words = [number ?? 0, now, startValue, sequence]
  if (version === 'v1') for (const [index, word] of words.entries()) uid.writeUInt32LE(word >>> 0, index * 4)
  else {
    for (const [index, word] of words.entries()) uid.writeUInt32BE(word >>> 0, index * 4)
    if (number === undefined) uid.set(addressBytes(request.connection.localHost)?.slice(-4) ?? [], 0)
  }
  sequence += 0x100
  if (sequence > 0xffffffff) sequence = firstSequence
  return uid
}

function setCookie(request: Request, settings: UserId): number {
  if (request.main !== request) return 0
  const value = givenCookie(request, settings)
  if (value === '') return 0
  let text = `${settings.name}=${value}`
  if (settings.expires === 'max') text += `; expires=${farFuture}`
  else if (settings.expires > 0) text += `; expires=${cookieTime(Date.now() + settings.expires * 1000)}`
  if (settings.domain !== 'none') text += `; domain=${settings.domain}`
  text += `; path=${settings.path}`
  for (const flag of knownFlags) if (flag !== 'off' && settings.flags.includes(flag)) text += `; ${flag}`
  request.out.add('Set-Cookie', text)
  if (settings.p3p !== 'none') request.out.add('P3P', settings.p3p)
  return 0
}

/** `Wed, 25-Nov-26 21:07:50 GMT` */
function cookieTime(milliseconds: number): string {
  return httpDate(milliseconds).replace(/^(\w+), (\d+) (\w+) (?:\d\d)(\d\d)/, '$1, $2-$3-$4')
}

/** What a variable shows of a cookie: `name=HEX`. */
function shown(settings: UserId, cookie: string): string | undefined {
  return cookie === '' ? undefined : `${settings.name}=${hex(bytesOf(cookie))}`
}

function textRow(name: string, target: Setting<string>, doc: string): Directive {
  return row(name, doc, { once: true }, (scope, statement) => scope.set(target, textOf(statement, 0)))
}

function applyFlags(scope: LevelScope, statement: Statement, report: Report): void {
  for (const { text, place } of statement.args)
    if (!knownFlags.has(text)) report.emerg(`invalid value "${text}"`, place)
  scope.set(flags, textsOf(statement))
}

function applyExpires(scope: LevelScope, statement: Statement, report: Report): void {
  const text = textOf(statement, 0)
  const time = text === 'off' ? 0 : parseTime(text, 's')
  if (text === 'max') scope.set(expires, 'max')
  else if (time === undefined) report.emerg('"userid_expires" directive invalid value')
  else scope.set(expires, time / 1000)
}

function applyMark(scope: LevelScope, statement: Statement, report: Report): void {
  const text = textOf(statement, 0)
  if (text === 'off' || /^[\dA-Za-z=]$/.test(text)) scope.set(mark, text)
  else report.emerg('"userid_mark" directive value must be "off" or a single letter, digit or "="')
}

function applyService(scope: LevelScope, statement: Statement, report: Report): void {
  const text = textOf(statement, 0)
  if (/^\d{1,10}$/.test(text)) scope.set(service, Number(text))
  else report.emerg('"userid_service" directive invalid number')
}

function resetReference(http: HttpScope): Reference {
  return http.shared(resetKey, () => http.variables.reference('uid_reset', { file: '', line: 0, column: 0 }))
}

/** The userid module. */
export const userid: Module = {
  name: 'userid',
  directives: [
    choiceRow('userid', everywhere, mode, 'Whether clients get a cookie.', {
      off: 'off',
      log: 'log',
      v1: 'v1',
      on: 'on',
    } as const),
    textRow('userid_name', nameSetting, "The cookie's name."),
    textRow('userid_domain', domain, "The cookie's domain."),
    textRow('userid_path', path, "The cookie's path."),
    textRow('userid_p3p', p3p, 'The P3P field that goes with it.'),
    row('userid_flags', "The cookie's flags.", { args: [1, 3], once: true }, applyFlags),
    row('userid_expires', 'How long browsers keep it.', { once: true }, applyExpires),
    row('userid_mark', 'A character that makes marked cookies be sent again.', { once: true }, applyMark),
    row('userid_service', 'The number of the service in it.', { once: true }, applyService),
  ],
  variables: {
    names: {
      uid_got: (request) => {
        const settings = keptIn(request.main.location, userIdKey)
        return settings === undefined ? undefined : shown(settings, gotCookie(request, settings))
      },
      uid_set: (request) => {
        const settings = keptIn(request.main.location, userIdKey)
        if (settings === undefined || settings.mode === 'log') return undefined
        return shown(settings, givenCookie(request, settings))
      },
      uid_reset: {
        get: (request) => resets.get(request.main) ?? '',
        set: (request, value) => {
          resets.set(request.main, value)
        },
      },
    },
  },
  setup: (http) => {
    resetReference(http)
  },
  attach: (scope) => {
    if (scope.value(mode) === 'off') return undefined
    const slots = scope.http.shared(slotsKey, () => ({
      got: scope.variables.reserve(),
      given: scope.variables.reserve(),
    }))
    const settings: UserId = {
      mode: scope.value(mode),
      name: scope.value(nameSetting),
      domain: scope.value(domain),
      path: scope.value(path),
      flags: scope.value(flags),
      p3p: scope.value(p3p),
      mark: scope.value(mark),
      service: scope.value(service),
      expires: scope.value(expires),
      ...slots,
      reset: resetReference(scope.http),
    }
    const keep = [userIdKey, settings] as const
    if (settings.mode === 'log') return { keep }
    return { keep, headerFilter: (request) => setCookie(request, settings) }
  },
}
