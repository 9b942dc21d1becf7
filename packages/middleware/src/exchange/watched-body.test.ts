import type { Application, Body, Bytes } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { plain } from '../../test/probe.ts'
import { discardBody, watchBody } from './watched-body.ts'

const shout = (chunk: Bytes): Bytes => Buffer.from(Buffer.from(chunk).toString().toUpperCase())

function* chunks(log: string[], failure?: Error): Generator<Bytes> {
  try {
    yield Buffer.from('a')
    if (failure !== undefined) throw failure
    yield Buffer.from('b')
  } finally {
    log.push('finally')
  }
}

async function* later(inner: Iterable<Bytes>): AsyncGenerator<Bytes> {
  for (const chunk of inner) yield chunk
}

const serve = (body: Body, watch: Parameters<typeof watchBody>[1]): Application => {
  return (_environ, startResponse) => {
    startResponse('200 OK', plain)
    return watchBody(body, watch)
  }
}

test('an array stays an array, an iterable synchronous, a stream a stream', () => {
  const log: string[] = []
  expect(Array.isArray(watchBody([Buffer.from('a')], {}))).toBe(true)
  expect(Symbol.iterator in watchBody(chunks(log), {})).toBe(true)
  expect(Symbol.asyncIterator in watchBody(later(chunks(log)), {})).toBe(true)
  const upgrade = (): void => {}
  expect(watchBody(upgrade, {})).toBe(upgrade)
})

test.each(['array', 'sync', 'async'])('%s: each chunk passes once; close and return reach the inside', async (kind) => {
  const log: string[] = []
  const close = (): void => void log.push('close')
  const inner = kind === 'array' ? [...chunks([])] : kind === 'sync' ? chunks(log) : later(chunks(log))
  const client = testClient(serve(Object.assign(inner, { close }), { chunk: shout, close: () => log.push('watch') }))
  expect(await (await client.fetch('/')).text()).toBe('AB')
  expect(log.filter((one) => one !== 'finally')).toEqual(['watch', 'close'])
  expect(client.errors).toEqual([])
})

test.each(['sync', 'async'])('%s: a failure may become a last chunk, or passes on', async (kind) => {
  const failing = (): Body => {
    const inner = chunks([], new Error('broken'))
    return kind === 'sync' ? inner : later(inner)
  }
  const mended = testClient(serve(failing(), { failed: (error) => Buffer.from(String(error)) }))
  expect(await (await mended.fetch('/')).text()).toBe('aError: broken')
  const broken = testClient(serve(failing(), {}))
  await expect(async () => (await broken.fetch('/')).text()).rejects.toThrow('broken')
})

test('trailers() is there when it is inside, and not otherwise', async () => {
  const trailers = (): [string, string][] => [['X-Sum', '1']]
  expect('trailers' in watchBody([], {})).toBe(false)
  expect(await watchBody(Object.assign([], { trailers }), {}).trailers?.()).toEqual([['X-Sum', '1']])
})

test('an unread generator is returned through the watch, and by discardBody', async () => {
  for (const end of [(body: Body) => (body as Generator).return(undefined), discardBody]) {
    const inner = chunks([])
    await end(watchBody(inner, {}))
    expect(inner.next().done).toBe(true)
  }
})
