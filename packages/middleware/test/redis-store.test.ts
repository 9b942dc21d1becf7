/** Sessions in a real Redis, on a Unix socket in a temporary folder. */
import type { ApplicationWith } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { Child, eventually, type Folder, listening, peer, temporaryFolder, withPeers } from '@trivet/testing'
import { createClient } from 'redis'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type SessionEnviron, sessions } from '../src/index.ts'
import { redisStore, type RedisStoreOptions } from '../src/redis.ts'
import { text } from './probe.ts'

const keys = ['thirty-two characters or more of it']

const counting: ApplicationWith<SessionEnviron> = (environ, startResponse) => {
  environ['tsgi.session'].set('visits', 1)
  return text('counted')(environ, startResponse)
}

withPeers('redis').describe('sessions in Redis', () => {
  let folder: Folder
  let redis: Child

  const socket = () => ({ path: folder.join('redis.sock'), tls: false }) as const
  const start = async (): Promise<Child> => {
    const args = ['--port', '0', '--unixsocket', socket().path, '--save', '', '--dir', folder.path]
    const child = await Child.start(peer('redis'), args)
    await listening(socket())
    return child
  }
  const open = (options: RedisStoreOptions = {}): ReturnType<typeof redisStore> => {
    const store = redisStore({ socket: socket() }, options)
    onTestFinished(async () => await store[Symbol.asyncDispose]())
    return store
  }
  const soon = (): number => Date.now() + 60_000

  beforeAll(async () => {
    folder = await temporaryFolder()
    redis = await start()
  })
  afterAll(async () => {
    await redis[Symbol.asyncDispose]()
    await folder.remove()
  })

  test('what is written is read, by another connection too, and forgotten when deleted', async () => {
    const [one, other] = [open(), open()]
    const expires = soon()
    await one.write('a', { data: '{"name":"Ada Lovelace"}', expires })
    expect(await other.read('a')).toEqual({ data: '{"name":"Ada Lovelace"}', expires })
    await other.write('a', { data: '{}', expires })
    expect(await one.read('a')).toEqual({ data: '{}', expires })
    await one.delete('a')
    expect([await one.read('a'), await other.read('never')]).toEqual([undefined, undefined])
  })

  test('Redis itself forgets what has expired; what has expired already is not kept', async () => {
    const store = open({ prefix: 'expiry:' })
    const client = await createClient({ socket: socket() }).connect()
    onTestFinished(() => client.close())
    await store.write('a', { data: '{}', expires: Date.now() + 30 })
    await store.write('b', { data: '{}', expires: soon() })
    await store.write('b', { data: '{}', expires: Date.now() })
    await eventually(async () => (await store.read('a')) === undefined)
    expect(await client.keys('expiry:*')).toEqual([])
    await store.write('c', { data: '{}', expires: soon() })
    expect(await client.pTTL('expiry:c')).toBeGreaterThan(50_000)
  })

  test('many sessions at once keep apart', async () => {
    const store = open()
    const visits = sessions<{ visits: number; name: string }>({ keys, store })((environ, startResponse) => {
      const session = environ['tsgi.session']
      session.set('visits', (session.get('visits') ?? 0) + 1)
      if (environ.QUERY_STRING !== '') session.set('name', environ.QUERY_STRING)
      return text(`${session.get('name')} ${session.get('visits')}`)(environ, startResponse)
    })
    const client = testClient(visits)
    const visit = async (name: string): Promise<string> => {
      const first = await client.fetch(`/?${name}`)
      const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? ''
      for (let i = 0; i < 4; i += 1) await client.fetch('/', { headers: { cookie } })
      return await (await client.fetch('/', { headers: { cookie } })).text()
    }
    const names = Array.from({ length: 100 }, (_, i) => `visitor${i}`)
    expect(await Promise.all(names.map(visit))).toEqual(names.map((name) => `${name} 6`))
  })

  test('a stopped Redis fails requests in time, and is found again', async () => {
    const errors: Error[] = []
    const store = open({ timeout: 300, onError: (error) => errors.push(error) })
    const client = testClient(sessions({ keys, store })(counting))
    await store.write('kept', { data: '{}', expires: soon() })
    redis.signal('SIGSTOP')
    await expect(store.read('kept')).rejects.toMatchObject({ code: 'store-timeout' })
    redis.signal('SIGCONT')
    // The client finds out by itself, within a moment.
    const readAgain = async (): Promise<unknown> => await Promise.resolve(store.read('kept')).catch(() => undefined)
    await eventually(async () => (await readAgain()) !== undefined)
    expect(errors).toEqual([])

    await redis[Symbol.asyncDispose]()
    await expect(store.read('kept')).rejects.toThrow()
    await expect(store.write('kept', { data: '{}', expires: soon() })).rejects.toMatchObject({ code: 'store-timeout' })
    expect((await client.fetch('/')).status).toBe(500)
    expect(errors).toHaveLength(1)
    redis = await start()
    await eventually(async () => (await client.fetch('/')).status === 200)
    expect(await store.read('kept')).toBeUndefined()
  })

  test('a Redis that was never there', async () => {
    const errors: Error[] = []
    const store = redisStore(
      { socket: { path: folder.join('none.sock'), tls: false } },
      { timeout: 100, onError: (e) => errors.push(e) },
    )
    await expect(store.read('a')).rejects.toMatchObject({ code: 'store-timeout' })
    expect(errors).toMatchObject([{ code: 'ENOENT' }])
    await store[Symbol.asyncDispose]()
  })
})
