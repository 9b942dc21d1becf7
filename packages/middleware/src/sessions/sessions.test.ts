import type { Application, ApplicationWith, Middleware } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { temporaryFolder } from '@trivet/testing'
import fc from 'fast-check'
import { expect, expectTypeOf, test, vi } from 'vitest'
import { Stream, plain, text } from '../../test/probe.ts'
import { memoryStore } from './memory-store.ts'
import type { SessionStore } from './session-store.ts'
import type { Session } from './session.ts'
import { type SessionEnviron, type SessionOptions, sessions } from './sessions.ts'
import { sign, verify } from './signed-value.ts'
import { sqliteStore } from './sqlite-store.ts'

interface Visitor {
  visits: number
  name: string
}

const oldKey = 'an old secret of thirty-two characters'
const newKey = 'a new secret of thirty-two characters!'

/** Does what the path says, and tells the count of visits. */
const visits: ApplicationWith<SessionEnviron<Visitor>> = (environ, startResponse) => {
  const session = environ['tsgi.session']
  if (environ.PATH_INFO === '/count') session.set('visits', (session.get('visits') ?? 0) + 1)
  if (environ.PATH_INFO === '/login') session.regenerate()
  if (environ.PATH_INFO === '/logout') session.destroy()
  if (environ.PATH_INFO === '/forget') session.delete('visits')
  return text(`${session.get('visits') ?? 'none'} ${session.isNew ? 'new' : 'known'}`)(environ, startResponse)
}

/** A browser with one cookie. */
class Browser {
  cookie = ''
  setCookie: string | undefined = undefined
  private readonly options: SessionOptions
  private readonly application: typeof visits

  constructor(options: Partial<SessionOptions> & { readonly store: SessionStore }, application = visits) {
    this.options = { keys: [newKey], ...options }
    this.application = application
  }

  async get(path: string, origin = 'http://localhost'): Promise<string> {
    const client = testClient(sessions<Visitor>(this.options)(this.application), { origin })
    const response = await client.fetch(path, { headers: { cookie: `other=1; ${this.cookie}` } })
    this.setCookie = response.headers.getSetCookie()[0]
    if (this.setCookie !== undefined) this.cookie = this.setCookie.split(';')[0] ?? ''
    return response.text()
  }
}

/** A store over a wire. */
function distant(store: SessionStore): SessionStore {
  const soon = async <Value>(value: Value): Promise<Awaited<Value>> => {
    await Promise.resolve()
    return await value
  }
  return {
    read: (id) => soon(store.read(id)),
    write: (id, session) => soon(store.write(id, session)),
    delete: (id) => soon(store.delete(id)),
  }
}

test.each([
  ['memory', () => memoryStore()],
  ['sqlite', () => sqliteStore(':memory:')],
  ['a distant one', () => distant(memoryStore())],
])('%s: nothing until something is stored, then the same session each time', async (_name, store) => {
  const browser = new Browser({ store: store() })
  expect([await browser.get('/'), browser.setCookie]).toEqual(['none new', undefined])
  expect(await browser.get('/count')).toBe('1 new')
  expect(browser.setCookie).toMatch(/^session=[\w-]{32}\.[\w-]{43}; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/)
  expect(await browser.get('/count')).toBe('2 known')
  expect([await browser.get('/'), browser.setCookie]).toEqual(['2 known', undefined])
  expect(await browser.get('/forget')).toBe('none known')
})

test('regenerate() keeps the data under another id and forgets the old one', async () => {
  const browser = new Browser({ store: memoryStore() })
  await browser.get('/count')
  const before = browser.cookie
  expect(await browser.get('/login')).toBe('1 known')
  expect(browser.cookie).not.toBe(before)
  expect(await browser.get('/')).toBe('1 known')
  browser.cookie = before
  expect(await browser.get('/')).toBe('none new')
})

test('destroy() empties the store and the browser', async () => {
  const browser = new Browser({ store: memoryStore() })
  await browser.get('/count')
  const before = browser.cookie
  expect(await browser.get('/logout')).toBe('none known')
  expect(browser.setCookie).toMatch(/^session=; Max-Age=0;/)
  browser.cookie = before
  expect(await browser.get('/')).toBe('none new')
})

test('keys rotate: an old cookie is known, and signed anew', async () => {
  const store = memoryStore()
  const old = new Browser({ store, keys: [oldKey] })
  await old.get('/count')
  const rotated = new Browser({ store, keys: [newKey, oldKey] })
  rotated.cookie = old.cookie
  expect(await rotated.get('/')).toBe('1 known')
  expect(rotated.setCookie).toBeDefined()
  const strict = new Browser({ store, keys: [newKey] })
  strict.cookie = old.cookie
  expect(await strict.get('/')).toBe('none new')
  strict.cookie = rotated.cookie
  expect(await strict.get('/')).toBe('1 known')
})

test('Secure follows the scheme; attributes are options; what sets a cookie is private', async () => {
  const cookie = { name: '__Host-id', sameSite: 'strict' } as const
  const browser = new Browser({ store: memoryStore(), cookie })
  await browser.get('/count', 'https://localhost')
  expect(browser.setCookie).toMatch(/^__Host-id=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
  const response = await testClient(sessions<Visitor>({ keys: [newKey], store: memoryStore() })(visits)).fetch('/count')
  expect(response.headers.get('cache-control')).toBe('private')
})

test('a session expires, and is renewed in the second half of its life', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    for (const store of [memoryStore(), sqliteStore(':memory:')]) {
      const browser = new Browser({ store, maxAge: 100 })
      await browser.get('/count')
      vi.advanceTimersByTime(40_000)
      expect([await browser.get('/'), browser.setCookie]).toEqual(['1 known', undefined])
      vi.advanceTimersByTime(40_000)
      expect(await browser.get('/')).toBe('1 known')
      expect(browser.setCookie).toContain('Max-Age=100')
      vi.advanceTimersByTime(99_000)
      expect(await browser.get('/')).toBe('1 known')
      vi.advanceTimersByTime(101_000)
      expect(await browser.get('/')).toBe('none new')
    }
  } finally {
    vi.useRealTimers()
  }
})

test('streams: stored before the first chunk; changes after it throw', async () => {
  const store = distant(memoryStore())
  const streaming: typeof visits = async function* application(environ, startResponse) {
    environ['tsgi.session'].set('visits', 7)
    startResponse('200 OK', plain)
    yield Buffer.from('begun')
    environ['tsgi.session'].set('visits', 8)
  }
  const client = testClient(sessions<Visitor>({ keys: [newKey], store })(streaming))
  const response = await client.fetch('/')
  const browser = new Browser({ store })
  browser.cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  await expect(response.text()).rejects.toThrow('after the response began')
  expect(client.errors).toEqual([expect.objectContaining({ code: 'session-sealed' })])
  expect(await browser.get('/')).toBe('7 known')
})

test('HEAD stores as GET does; the stream inside is closed once', async () => {
  const stream = new Stream(['a', 'b'])
  const application: typeof visits = (environ, startResponse) => {
    environ['tsgi.session'].set('name', 'Ada')
    return stream.application(environ, startResponse)
  }
  const client = testClient(sessions<Visitor>({ keys: [newKey], store: memoryStore() })(application))
  const response = await client.fetch('/', { method: 'HEAD' })
  await stream.closing
  expect([response.headers.getSetCookie().length, stream.closed]).toEqual([1, 1])
})

test('a store that fails is a 500', async () => {
  const store = memoryStore()
  store.write = () => Promise.reject(new Error('store down'))
  const client = testClient(sessions<Visitor>({ keys: [newKey], store })(visits))
  expect((await client.fetch('/count')).status).toBe(500)
  expect(client.errors.map((error) => error.message)).toEqual(['store down'])
})

test('short or missing keys are refused at once', () => {
  for (const keys of [[], ['short'], [newKey, 'short']]) {
    expect(() => sessions({ keys, store: memoryStore() })).toThrow(expect.objectContaining({ code: 'option-invalid' }))
  }
})

test('options that no cookie can hold are refused at once', () => {
  const make = (options: Partial<SessionOptions>): unknown =>
    sessions({ keys: [newKey], store: memoryStore(), ...options })
  const invalid = expect.objectContaining({ code: 'option-invalid' }) as Error
  for (const maxAge of [0, -1, 0.5, Number.NaN]) expect(() => make({ maxAge })).toThrow(invalid)
  for (const cookie of [{ name: 'a b' }, { path: '/;' }, { domain: 'a;b' }]) {
    expect(() => make({ cookie })).toThrow(invalid)
  }
})

test('a response whose application looked at the session varies by Cookie', async () => {
  const looks: readonly ((session: Session<Visitor>) => unknown)[] = [
    (session) => session.get('name'),
    (session) => session.id,
    (session) => session.isNew,
    (session) => session.destroy(),
    () => undefined,
  ]
  const varied = looks.map(async (look) => {
    const application: typeof visits = (environ, startResponse) => {
      look(environ['tsgi.session'])
      return text('seen')(environ, startResponse)
    }
    const client = testClient(sessions<Visitor>({ keys: [newKey], store: memoryStore() })(application))
    return (await client.fetch('/')).headers.get('vary')
  })
  expect(await Promise.all(varied)).toEqual(['Cookie', 'Cookie', 'Cookie', 'Cookie', null])
})

test('the memory store keeps its bound, sqlite its file', async () => {
  const bounded = memoryStore({ maximum: 2 })
  const expires = Date.now() + 60_000
  for (const id of ['a', 'b', 'c']) await bounded.write(id, { data: '{}', expires })
  expect([await bounded.read('a'), await bounded.read('c')]).toEqual([undefined, { data: '{}', expires }])
  await using folder = await temporaryFolder()
  {
    using first = sqliteStore(folder.join('sessions.db'))
    for (let i = 0; i < 100; i += 1) await first.write(`old ${i}`, { data: '{}', expires: 1 })
    await first.write('a', { data: '{"b":1}', expires })
  }
  using second = sqliteStore(folder.join('sessions.db'))
  expect(await second.read('a')).toEqual({ data: '{"b":1}', expires })
  await second.delete('a')
  expect([await second.read('a'), await second.read('old 1')]).toEqual([undefined, undefined])
})

test('signed values come back, and no others', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (value, other) => {
      expect(verify(sign(value, oldKey), [newKey, oldKey])).toEqual({ value, key: 1 })
      expect(verify(sign(value, oldKey), [newKey])).toBeUndefined()
      expect(verify(`${value}.${other}`, [newKey])).toBeUndefined()
    }),
  )
})

test('the environ behind sessions is typed', () => {
  const typed = sessions<Visitor>({ keys: [newKey], store: memoryStore() })
  typed((environ, startResponse) => {
    expectTypeOf(environ['tsgi.session']).toEqualTypeOf<Session<Visitor>>()
    expectTypeOf(environ['tsgi.session'].get('visits')).toEqualTypeOf<number | undefined>()
    // @ts-expect-error a visitor has no such key
    environ['tsgi.session'].get('password')
    return text('')(environ, startResponse)
  })
  expectTypeOf(typed).toExtend<Middleware>()
  expectTypeOf<ApplicationWith<SessionEnviron>>().not.toExtend<Application>()
  expectTypeOf<Application>().toExtend<ApplicationWith<SessionEnviron>>()
})
