import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { streamSSE, streamText } from 'hono/streaming'
import { expect, test } from 'vitest'
import { eventually } from '@trivet/testing'
import type { Application, Body, Environ } from '../contract.ts'
import { fromFetch, toFetch } from '../fetch.ts'
import { testClient } from '../testing.ts'

const app = new Hono()
let aborted = 0
app.get('/', (c) => c.text('home'))
app.get('/users/:id', (c) => c.json({ id: c.req.param('id'), q: c.req.query('q') }))
app.post('/form', async (c) => c.json(await c.req.parseBody()))
app.post('/count', async (c) => {
  let total = 0
  for await (const chunk of c.req.raw.body ?? []) total += chunk.length
  return c.text(String(total))
})
app.post('/echo', (c) => new Response(c.req.raw.body))
app.get('/cookies', (c) => {
  setCookie(c, 'a', '1')
  setCookie(c, 'b', '2')
  return c.text(getCookie(c, 'seen') ?? '')
})
app.get('/stream', (c) =>
  streamText(c, async (stream) => {
    for (const part of ['one', 'two', 'three']) {
      await stream.write(part)
      await stream.sleep(1)
    }
  }),
)
app.get('/sse', (c) =>
  streamSSE(c, async (stream) => {
    const gone = new Promise<void>((resolve) => stream.onAbort(() => resolve()))
    await stream.writeSSE({ data: 'hello' })
    await gone
    aborted += 1
  }),
)
app.onError((error, c) => c.text(`told: ${error.message}`, 500))
app.get('/throws', () => {
  throw new Error('boom')
})
app.delete('/gone', (c) => c.body(null, 204))
const client = testClient(fromFetch(app))

test('Hono: routing, JSON, not found, HEAD, 204', async () => {
  const user = await client.fetch('/users/7?q=a%20b')
  expect(await user.json()).toEqual({ id: '7', q: 'a b' })
  expect(user.headers.get('content-type')).toContain('application/json')
  expect((await client.fetch('/nowhere')).status).toBe(404)
  const head = await client.fetch('/', { method: 'HEAD' })
  expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
    200,
    'text/plain;charset=UTF-8',
    '',
  ])
  expect((await client.fetch('/gone', { method: 'DELETE' })).status).toBe(204)
})

test('a response of text has its length', async () => {
  expect((await client.fetch('/')).headers.get('content-length')).toBe('4')
})

test('Hono: form post, urlencoded and multipart', async () => {
  const form = new FormData()
  form.set('name', 'Gr\u00fc\u00dfe')
  for (const body of [form, new URLSearchParams({ name: 'Gr\u00fc\u00dfe' })]) {
    const response = await client.fetch('/form', { method: 'POST', body })
    expect(await response.json()).toEqual({ name: 'Gr\u00fc\u00dfe' })
  }
})

test('Hono: a big upload streams in, and is echoed as it comes', async () => {
  const chunk = new Uint8Array(64 * 1024).fill(7)
  let left = 320
  const body = (): ReadableStream => {
    left = 320
    return new ReadableStream({
      pull(controller) {
        left -= 1
        if (left < 0) controller.close()
        else controller.enqueue(chunk)
      },
    })
  }
  const counted = await client.fetch('/count', { method: 'POST', body: body() })
  expect(await counted.text()).toBe(String(20 * 1024 * 1024))
  const echo = await client.fetch('/echo', { method: 'POST', body: body() })
  expect(left).toBeGreaterThan(250)
  expect((await echo.bytes()).length).toBe(20 * 1024 * 1024)
})

test('Hono: cookies, several Set-Cookie', async () => {
  const response = await client.fetch('/cookies', { headers: { cookie: 'seen=yes' } })
  expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/'])
  expect(await response.text()).toBe('yes')
})

test('Hono: a stream arrives chunk by chunk', async () => {
  const response = await client.fetch('/stream')
  const parts: string[] = []
  for await (const chunk of response.body ?? []) parts.push(Buffer.from(chunk).toString())
  expect(parts).toEqual(['one', 'two', 'three'])
})

test('Hono: a client that leaves an event stream aborts it', async () => {
  const before = aborted
  const response = await client.fetch('/sse')
  const reader = response.body?.getReader()
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: hello\n\n')
  await reader?.cancel()
  await eventually(() => aborted === before + 1)
})

test('Hono: an error is a 500', async () => {
  const response = await client.fetch('/throws')
  expect([response.status, await response.text()]).toEqual([500, 'told: boom'])
})

test('a handler that throws is told and answered with 500', async () => {
  const failing = testClient(fromFetch(() => Promise.reject(new Error('boom'))))
  expect((await failing.fetch('/')).status).toBe(500)
  expect(failing.errors.map(String)).toEqual(['Error: boom'])
})

test('a stream that fails breaks the response', async () => {
  const stream = (): ReadableStream => {
    let count = 0
    return new ReadableStream({
      async pull(controller) {
        await Promise.resolve()
        count += 1
        if (count > 2) controller.error(new Error('cut'))
        else controller.enqueue(Buffer.from('x'))
      },
    })
  }
  const failing = testClient(fromFetch(() => new Response(stream())))
  await expect(failing.fetch('/').then((response) => response.text())).rejects.toThrow('cut')
})

test('request.signal is the gateway\u2019s, also on a clone', async () => {
  const controller = new AbortController()
  const signals: AbortSignal[] = []
  const seen = Promise.withResolvers<void>()
  const waiting = testClient(
    fromFetch((request) => {
      signals.push(request.signal, request.clone().signal)
      seen.resolve()
      return new Promise((_resolve, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason as Error))
      })
    }),
  )
  const answer = waiting.fetch('/', { signal: controller.signal })
  await seen.promise
  controller.abort(new Error('left'))
  await expect(answer).rejects.toThrow('left')
  expect(signals.map((signal) => signal.aborted)).toEqual([true, true])
  expect(waiting.errors).toEqual([])
})

test.each<Partial<Environ>>([
  { HTTP_HOST: 'a b' },
  { HTTP_HOST: 'a/admin?x=' },
  { HTTP_HOST: 'a?x=' },
  { HTTP_HOST: 'a#' },
  { HTTP_HOST: 'a\\b' },
  { HTTP_HOST: 'user@a' },
  { HTTP_HOST: 'a\tb' },
  { REQUEST_METHOD: 'OPTIONS', PATH_INFO: '*' },
  { REQUEST_METHOD: 'TRACE' },
])('what Fetch cannot say is a 400: %o', async (environ) => {
  const asked: string[] = []
  const handler = (request: Request): Response => {
    asked.push(request.url)
    return new Response('')
  }
  const client = testClient(fromFetch(handler), { environ })
  expect([(await client.fetch('/public')).status, asked, client.errors]).toEqual([400, [], []])
})

test.each<[string, () => Body]>([
  ['an array', () => [Buffer.from('a')]],
  ['a stream', () => new Set([Buffer.from('a')])],
])('a status that no Response can have rejects: %s', async (_kind, body) => {
  const client = testClient((_environ, startResponse) => {
    startResponse('600 Beyond', [])
    return body()
  })
  await expect(client.fetch('/')).rejects.toThrow('status')
  expect(client.errors).toHaveLength(1)
})

test('toFetch waits while its reader is slow', async () => {
  let produced = 0
  const endless: Application = async function* (_environ, startResponse) {
    startResponse('200 OK', [])
    for (;;) {
      produced += 1
      yield Buffer.alloc(1024)
    }
  }
  const response = await toFetch(endless)(new Request('http://localhost/'))
  const reader = response.body?.getReader()
  for (let i = 0; i < 10; i += 1) await reader?.read()
  expect(produced).toBeLessThan(14)
  await reader?.cancel()
})

test('there and back again: a Fetch handler inside a gateway inside a Fetch handler', async () => {
  const handler = toFetch(fromFetch(app))
  const response = await handler(new Request('http://localhost/users/1'))
  expect(await response.json()).toEqual({ id: '1' })
})

test('a handler that returns no Response is told so', async () => {
  const wrong = testClient(fromFetch(() => 'text' as unknown as Response))
  expect((await wrong.fetch('/')).status).toBe(500)
  expect(wrong.errors).toMatchObject([{ code: 'body-kind' }])
})
