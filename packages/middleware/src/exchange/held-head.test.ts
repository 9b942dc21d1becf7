import type { Application, Bytes, Middleware } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { Stream, chunksOf, never, plain, text } from '../../test/probe.ts'
import { type Decide, withHeldHead } from './held-head.ts'

const holding =
  (decide: Decide): Middleware =>
  (application) =>
  (environ, startResponse) =>
    withHeldHead(application, environ, startResponse, decide)

const quote = (closed: string[]): Decide => {
  const mark = (chunk: Bytes): Bytes => Buffer.from(`<${Buffer.from(chunk).toString()}>`)
  const transform = { push: mark, end: () => Buffer.from('.'), close: () => closed.push('transform') }
  return (status, headers, whole) =>
    whole === undefined
      ? { status, headers: [...headers, ['X-Kind', 'stream']], transform }
      : { status, headers: [...headers, ['X-Kind', 'whole']], whole: whole.map(mark) }
}

const slowly = (decide: Decide): Decide => {
  return async (...args) => {
    await Promise.resolve()
    return decide(...args)
  }
}

test.each([
  ['at once', (decide: Decide) => decide],
  ['later', slowly],
])('a decision made %s', async (_when, pace) => {
  const closed: string[] = []
  const through = holding(pace(quote(closed)))
  const whole = await testClient(through(text('a'))).fetch('/')
  expect([whole.headers.get('x-kind'), await whole.text()]).toEqual(['whole', '<a>'])
  for (const kind of ['application', 'late'] as const) {
    const stream = new Stream(['a', '', 'b'])
    const response = await testClient(through(stream[kind])).fetch('/')
    expect([response.headers.get('x-kind'), await response.text()]).toEqual(['stream', '<a><><b>.'])
    expect(stream.closed).toBe(1)
  }
  expect(closed).toEqual(['transform', 'transform'])
})

test.each(['at once', 'later'])('a decision that fails %s: the body is closed', async (when) => {
  const failing: Decide = () => {
    if (when === 'at once') throw new Error('undecided')
    return Promise.reject(new Error('undecided'))
  }
  const stream = new Stream([])
  const whole: Application = (_environ, startResponse) => {
    startResponse('200 OK', plain)
    return Object.assign([Buffer.from('a')], stream.hooks)
  }
  const client = testClient(holding(failing)(whole))
  expect((await client.fetch('/')).status).toBe(500)
  expect([stream.closed, client.errors.map(({ message }) => message)]).toEqual([1, ['undecided']])
})

test('each chunk is sent before the next is asked for', async () => {
  const stream = new Stream(['a', never()])
  const response = await testClient(holding(quote([]))(stream.application)).fetch('/')
  const reading = chunksOf(response)
  expect(String((await reading.next()).value)).toBe('<a>')
  await response.body?.cancel().catch(() => {})
  await reading.return(undefined)
})

test('what write() is given leaves first and in order', async () => {
  const application: Application = (_environ, startResponse) => {
    const write = startResponse('200 OK', plain)
    void write(Buffer.from('1'))
    void write(Buffer.from('2'))
    return [Buffer.from('3')]
  }
  const response = await testClient(holding(slowly(quote([])))(application)).fetch('/')
  expect(await response.text()).toBe('<1><2><3>.')
})

test('an error replaces the held head; after the first chunk it breaks the response', async () => {
  const replacing: Application = (_environ, startResponse) => {
    startResponse('200 OK', plain)
    startResponse('500 Oh', plain, new Error('seen'))
    return [Buffer.from('sorry')]
  }
  const replaced = await testClient(holding(quote([]))(replacing)).fetch('/')
  expect([replaced.status, await replaced.text()]).toEqual([500, '<sorry>'])
  const stream = new Stream(['a', new Error('late')])
  await expect(async () =>
    (await testClient(holding(quote([]))(stream.application)).fetch('/')).text(),
  ).rejects.toThrow('late')
  expect(stream.closed).toBe(1)
})

test('startResponse missing, or called twice, is told as a server tells it', async () => {
  const without: Application = () => [Buffer.from('x')]
  const twice: Application = (_environ, startResponse) => {
    startResponse('200 OK', plain)
    startResponse('200 OK', plain)
    return []
  }
  for (const [application, code] of [
    [without, 'start-response-missing'],
    [twice, 'start-response-twice'],
  ] as const) {
    const client = testClient(holding(quote([]))(application), { lint: false })
    expect((await client.fetch('/')).status).toBe(500)
    expect(client.errors).toEqual([expect.objectContaining({ code })])
  }
})

test('a client that leaves closes body and transform once', async () => {
  const closed: string[] = []
  const stream = new Stream(['a', never()])
  const client = testClient(holding(quote(closed))(stream.application))
  const response = await client.fetch('/')
  await response.body?.cancel()
  await stream.closing
  expect([stream.closed, closed]).toEqual([1, ['transform']])
  expect(client.errors).toEqual([])
})

test('a failed decision is the application’s error', async () => {
  const client = testClient(
    holding(() => {
      throw new Error('store down')
    })(new Stream(['a']).application),
  )
  expect((await client.fetch('/')).status).toBe(500)
  expect(client.errors.map(({ message }) => message)).toEqual(['store down'])
})
