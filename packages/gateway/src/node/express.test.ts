import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import express from 'express'
import { afterAll, expect, test } from 'vitest'
import { eventually, temporaryFolder } from '@trivet/testing'
import { fromNode } from '../node.ts'
import { testClient } from '../testing.ts'

const folder = await temporaryFolder()
const file = await folder.write('file.txt', 'x'.repeat(200_000))
afterAll(() => folder[Symbol.asyncDispose]())

const events: string[] = []
const app = express()
app.disable('x-powered-by')
app.use('/mounted', (req, res) => void res.json([req.baseUrl, req.url, req.originalUrl]))
app.get('/', (_req, res) => void res.send('home'))
app.get(
  '/users/:id',
  (req, res) => void res.json({ id: req.params.id, q: req.query['q'], ip: req.ip, host: req.hostname }),
)
app.post('/form', express.urlencoded({ extended: false }), (req, res) => void res.json(req.body))
app.post('/json', express.json({ limit: '100kb' }), (req, res) => void res.json(req.body))
app.post('/count', (req, res) => {
  let total = 0
  req.on('data', (chunk: Buffer) => (total += chunk.length))
  req.on('end', () => res.send(String(total)))
})
app.post('/echo', (req, res) => void req.pipe(res))
app.get('/redirect', (_req, res) => res.redirect('/'))
app.get('/cookies', (_req, res) => void res.cookie('a', '1').cookie('b', '2').end())
app.get('/file', (_req, res) => res.sendFile(file))
app.get('/pipe', async (_req, res) => pipeline(createReadStream(file, { highWaterMark: 1000 }), res))
app.get('/write', (_req, res) => {
  res.write('one')
  setImmediate(() => {
    res.write('two')
    setImmediate(() => res.end('three'))
  })
})
app.get('/slow', (req, res) => {
  for (const name of ['close', 'finish'] as const) res.on(name, () => events.push(`res ${name}`))
  req.on('close', () => events.push('req close'))
  res.write('first')
})
app.get('/events', (_req, res) => {
  for (const name of ['close', 'finish', 'prefinish'] as const) res.on(name, () => events.push(name))
  res.end('x', () => events.push('callback'))
})
app.get('/throws', () => {
  throw new Error('boom')
})
app.get('/rejects', async () => Promise.reject(new Error('boom')))
app.get('/half', (_req, res) => {
  res.write('half')
  setImmediate(() => res.destroy())
})
app.use((error: Error, _req: IncomingMessage, res: express.Response, _next: express.NextFunction) => {
  res.status((error as { status?: number }).status ?? 500).send(`told: ${error.message}`)
})
const client = testClient(fromNode(app), { environ: { REMOTE_ADDR: '192.0.2.1', REMOTE_PORT: '5' } })

test('Express: send, json, params, not found', async () => {
  const home = await client.fetch('/')
  expect([await home.text(), home.headers.get('content-length'), home.headers.get('etag')]).toEqual([
    'home',
    '4',
    expect.stringMatching(/^W\//),
  ])
  const user = await client.fetch('/users/7?q=a%20b')
  expect(await user.json()).toEqual({ id: '7', q: 'a b', ip: '192.0.2.1', host: 'localhost' })
  expect((await client.fetch('/nowhere')).status).toBe(404)
})

test('Express: HEAD, a fresh ETag, redirect', async () => {
  const head = await client.fetch('/', { method: 'HEAD' })
  expect([head.headers.get('content-length'), await head.text()]).toEqual(['4', ''])
  const etag = head.headers.get('etag') ?? ''
  expect((await client.fetch('/', { headers: { 'if-none-match': etag } })).status).toBe(304)
  const redirect = await client.fetch('/redirect')
  expect([redirect.status, redirect.headers.get('location')]).toEqual([302, '/'])
})

test('Express: body parsers', async () => {
  const form = await client.fetch('/form', { method: 'POST', body: new URLSearchParams({ name: 'Gr\u00fc\u00dfe' }) })
  expect(await form.json()).toEqual({ name: 'Gr\u00fc\u00dfe' })
  const headers = { 'content-type': 'application/json' }
  const json = await client.fetch('/json', { method: 'POST', body: '{"a":[1]}', headers })
  expect(await json.json()).toEqual({ a: [1] })
  const streamed = Readable.toWeb(Readable.from([Buffer.from('{"a"'), Buffer.from(':2}')])) as ReadableStream
  expect(await (await client.fetch('/json', { method: 'POST', body: streamed, headers })).json()).toEqual({ a: 2 })
  const tooBig = await client.fetch('/json', { method: 'POST', body: `"${'x'.repeat(200_000)}"`, headers })
  expect(tooBig.status).toBe(413)
})

test('Express: a big upload is counted and piped back', async () => {
  const chunk = new Uint8Array(64 * 1024).fill(7)
  const body = (): ReadableStream =>
    Readable.toWeb(Readable.from(Array.from({ length: 320 }, () => chunk))) as ReadableStream
  const size = 20 * 1024 * 1024
  expect(await (await client.fetch('/count', { method: 'POST', body: body() })).text()).toBe(String(size))
  expect((await (await client.fetch('/echo', { method: 'POST', body: body() })).bytes()).length).toBe(size)
  expect(await (await client.fetch('/echo', { method: 'POST', body: 'small' })).text()).toBe('small')
})

test('Express: several Set-Cookie', async () => {
  const response = await client.fetch('/cookies')
  expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/'])
})

test('Express: sendFile with ranges, and a piped file', async () => {
  const whole = await client.fetch('/file')
  expect([whole.headers.get('content-length'), (await whole.text()).length]).toEqual(['200000', 200_000])
  const part = await client.fetch('/file', { headers: { range: 'bytes=1-3' } })
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 1-3/200000', 'xxx'])
  expect((await (await client.fetch('/pipe')).text()).length).toBe(200_000)
})

test('Express: what is written in several ticks arrives in as many chunks', async () => {
  const parts: string[] = []
  for await (const chunk of (await client.fetch('/write')).body ?? []) parts.push(Buffer.from(chunk).toString())
  expect(parts).toEqual(['one', 'two', 'three'])
})

test('Express: events of a response in their order', async () => {
  events.length = 0
  await (await client.fetch('/events')).text()
  await eventually(() => events.length === 4)
  expect(events.toSorted()).toEqual(['callback', 'close', 'finish', 'prefinish'])
  expect([events[0], events.at(-1)]).toEqual(['prefinish', 'close'])
})

test('Express: a client that leaves closes request and response', async () => {
  events.length = 0
  const response = await client.fetch('/slow')
  await response.body?.cancel()
  await eventually(() => events.includes('res close') && events.includes('req close'))
  expect(events).not.toContain('res finish')
})

test('Express: errors, thrown and rejected, reach its error handler', async () => {
  for (const path of ['/throws', '/rejects']) {
    const response = await client.fetch(path)
    expect([response.status, await response.text()]).toEqual([500, 'told: boom'])
  }
})

test('Express: a destroyed response breaks off', async () => {
  await expect((await client.fetch('/half')).text()).rejects.toThrow(/destroyed/)
})

test('mounted below SCRIPT_NAME, the listener sees the rest of the path', async () => {
  const mounted = testClient(fromNode(app), {
    environ: { SCRIPT_NAME: '/base', PATH_INFO: '/mounted/x', REQUEST_URI: '/base/mounted/x' },
  })
  expect(await (await mounted.fetch('/base/mounted/x')).json()).toEqual(['/base/mounted', '/x', '/base/mounted/x'])
})

test('a plain listener: writeHead, flushHeaders, early end, errors', async () => {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.url === '/head') {
      response.writeHead(201, 'Made', ['X-A', '1', 'X-A', '2', 'Connection', 'close', 'Transfer-Encoding', 'chunked'])
      response.end('made')
    } else if (request.url === '/flush') {
      response.flushHeaders()
    } else {
      throw new Error('boom')
    }
  }
  const plain = testClient(fromNode(listener))
  const made = await plain.fetch('/head')
  expect([made.status, made.statusText, await made.text()]).toEqual([201, 'Made', 'made'])
  expect([...made.headers]).toEqual([
    ['content-length', '4'],
    ['x-a', '1, 2'],
  ])
  const flushed = await plain.fetch('/flush')
  expect(flushed.status).toBe(200)
  await flushed.body?.cancel()
  expect((await plain.fetch('/')).status).toBe(500)
  expect(plain.errors.map(String)).toEqual(['Error: boom'])
})

test('a slow reader makes write() say false, and drain comes once it has read', async () => {
  let written = 0
  const listener = (_request: IncomingMessage, response: ServerResponse): void => {
    const more = (): void => {
      while (written < 200) {
        written += 1
        if (!response.write(Buffer.alloc(16 * 1024))) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  }
  const response = await testClient(fromNode(listener)).fetch('/')
  expect(written).toBeLessThan(20)
  expect((await response.bytes()).length).toBe(200 * 16 * 1024)
})
