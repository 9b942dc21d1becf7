import { createServer } from 'node:http'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { AddressInfo, Socket } from 'node:net'
import type { Application, Errors } from '@trivet/gateway'
import { pulledInput } from '@trivet/gateway/server'
import { forward } from '@trivet/http1/gateway'
import { freePort } from '@trivet/testing'
import { expect, test } from 'vitest'
import { Script } from './asking.ts'
import { bytes, echo, Front } from './serving.ts'

/** Two fronts in a row: what the first is asked, the second answers. */
async function chain(application: Application): Promise<{ url: string; front: Front } & AsyncDisposable> {
  const back = await Front.start(application)
  const front = await Front.start(forward(back.url))
  return {
    url: front.url,
    front,
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]()
      await back[Symbol.asyncDispose]()
    },
  }
}

test('a call goes over the wire and its answer comes back', async () => {
  await using pair = await chain(echo)
  const answer = await fetch(`${pair.url}/a%20b/%C3%A9?q=1`, { method: 'POST', body: 'hello' })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/plain')
  expect(await answer.text()).toBe('POST /a b/\xc3\xa9 q=1\nhello')
})

test('20 MB up and down, byte for byte', async () => {
  await using pair = await chain(async function* (environ, startResponse) {
    startResponse('200 OK', [])
    yield* environ['tsgi.input']
  })
  const data = Buffer.alloc(20 * 1024 * 1024)
  for (let i = 0; i < data.length; i += 4) data.writeUInt32LE((i * 2654435761) >>> 0, i)
  const answer = await fetch(pair.url, { method: 'POST', body: data })
  expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), data)).toBe(0)
})

test('chunks arrive as they are made', async () => {
  const gate = Promise.withResolvers<void>()
  await using pair = await chain(async function* (_, startResponse) {
    startResponse('200 OK', [])
    yield bytes('first')
    await gate.promise
    yield bytes('second')
  })
  const answer = await fetch(pair.url)
  const reader = answer.body?.getReader()
  const first = await reader?.read()
  expect(Buffer.from(first?.value ?? []).toString()).toBe('first')
  gate.resolve()
  const second = await reader?.read()
  expect(Buffer.from(second?.value ?? []).toString()).toBe('second')
})

test('a client that leaves is noticed behind', async () => {
  const gone = Promise.withResolvers<void>()
  await using pair = await chain(async function* (environ, startResponse) {
    environ['tsgi.signal'].addEventListener('abort', () => gone.resolve())
    startResponse('200 OK', [])
    yield bytes('first')
    await gone.promise
  })
  const abort = new AbortController()
  const answer = await fetch(pair.url, { signal: abort.signal })
  expect(answer.status).toBe(200)
  abort.abort()
  await gone.promise
})

test('an upgrade goes through', async () => {
  await using pair = await chain((environ, startResponse) => {
    startResponse('101 Switching Protocols', [['tsgi.protocol', environ['tsgi.protocol']?.[0] ?? '']])
    return (stream) => {
      stream.pipe(stream)
    }
  })
  await using client = await pair.front.connect()
  await client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  expect(await client.until('\r\n\r\n')).toContain('101 Switching Protocols')
  await client.send('ping')
  await client.until('ping')
})

test('HEAD, 304 and 404 keep what they say', async () => {
  await using pair = await chain((environ, startResponse) => {
    startResponse(environ.PATH_INFO === '/304' ? '304 Not Modified' : '404 Not Found', [['X-A', 'b']])
    return environ.PATH_INFO === '/304' ? [] : [bytes('nothing here')]
  })
  const head = await fetch(pair.url, { method: 'HEAD' })
  expect([head.status, head.statusText, head.headers.get('content-length'), head.headers.get('x-a')]).toEqual([
    404,
    'Not Found',
    '12',
    'b',
  ])
  expect((await fetch(`${pair.url}/304`)).status).toBe(304)
})

test('a server of another make', async () => {
  const server = createServer((request, response) => {
    response.setHeader('X-Seen', request.headers['x-mine'] ?? 'nothing')
    response.end(`${request.method} ${request.url}`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await using front = await Front.start(forward(`127.0.0.1:${(server.address() as AddressInfo).port}`))
  const answer = await fetch(`${front.url}/x?y`, { headers: { 'X-Mine': 'yes' } })
  expect([answer.headers.get('x-seen'), await answer.text()]).toEqual(['yes', 'GET /x?y'])
  server.closeAllConnections()
  server.close()
})

/** What is written to `tsgi.errors`. */
function notebook(): { errors: Errors; lines: string[] } {
  const lines: string[] = []
  return { lines, errors: { write: (text) => void lines.push(text), writelines() {}, flush() {} } }
}

test('nobody there is a 502, and the log names the peer and the step', async () => {
  const { errors, lines } = notebook()
  const port = await freePort()
  await using front = await Front.start(forward(`127.0.0.1:${port}`), { errors })
  expect((await fetch(front.url)).status).toBe(502)
  expect(lines).toEqual([
    expect.stringMatching(`forward: 127.0.0.1:${port} refused the connection \\(phase: connect\\)`),
  ])
})

test.each([
  ['never answers', () => {}, 504],
  ['speaks no HTTP', (socket: Socket) => socket.end('nonsense\r\n\r\n'), 502],
  ['closes without a byte', (socket: Socket) => socket.end(), 502],
])('a server that %s', async (_, answer, status) => {
  const { errors, lines } = notebook()
  await using script = await Script.start((socket) => socket.once('data', () => answer(socket)))
  await using front = await Front.start(forward(script.address, { readTimeout: 50 }), { errors })
  expect((await fetch(front.url)).status).toBe(status)
  expect([lines.length, front.errors]).toEqual([1, []])
})

test('fields of the hop stay on it, those that Connection names included', async () => {
  const asked: string[] = []
  await using script = await Script.start((socket) =>
    socket.on('data', (data: Buffer) => {
      asked.push(data.toString('latin1'))
      socket.write(
        'HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-End: 2\r\nContent-Length: 0\r\n\r\n',
      )
    }),
  )
  await using front = await Front.start(forward(script.address))
  await using client = await front.connect()
  await client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: X-Mine\r\nX-Mine: 1\r\nX-Yours: 2\r\n\r\n')
  const answer = await client.until('\r\n\r\n')
  expect(asked.join('').toLowerCase()).toBe('get / http/1.1\r\nhost: a\r\nx-yours: 2\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\nX-End: 2\r\nContent-Length: 0\r\nDate: /)
})

test('targets that are none', () => {
  for (const target of ['https://a', 'http://a/path', 'ftp://a']) expect(() => forward(target)).toThrow(TypeError)
})

test('a kept connection that died is replaced for a GET, and for a POST it is not', async () => {
  await using script = await Script.start((socket) => {
    let requests = 0
    socket.on('data', () => {
      if (++requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      else socket.resetAndDestroy()
    })
  })
  const { errors, lines } = notebook()
  await using front = await Front.start(forward(script.address), { errors })
  expect(await (await fetch(front.url)).text()).toBe('ok')
  expect(await (await fetch(front.url)).text()).toBe('ok')
  expect(script.connections).toBe(2)
  expect((await fetch(front.url, { method: 'POST', body: 'x' })).status).toBe(502)
  expect(script.connections).toBe(2)
  expect(lines).toEqual([expect.stringContaining('reset the connection')])
})

test('a server that switches protocols unasked is a 500, and its connection does not stay', async () => {
  const closed = Promise.withResolvers<void>()
  await using script = await Script.start((socket) => {
    socket.on('close', () => closed.resolve())
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    )
  })
  await using front = await Front.start(forward(script.address))
  expect((await fetch(front.url)).status).toBe(500)
  expect(front.errors).toMatchObject([{ code: 'upgrade-refused' }])
  await closed.promise
})

test.each([
  ['longer', '2'],
  ['shorter', '9'],
])('a body that middleware made %s than its length does not reach the next request', async (_, length) => {
  const got: Buffer[] = []
  const closed = Promise.withResolvers<void>()
  await using script = await Script.start((socket) => {
    socket.on('data', (data: Buffer) => got.push(data)).on('close', () => closed.resolve())
  })
  const passed = forward(script.address)
  await using front = await Front.start((environ, startResponse) => {
    environ.CONTENT_LENGTH = length
    environ['tsgi.input'] = pulledInput(Readable.from([bytes('abcdef')]))
    return passed(environ, startResponse)
  })
  expect((await fetch(front.url, { method: 'POST', body: 'abc' })).status).toBe(500)
  await closed.promise
  expect(Buffer.concat(got).toString()).toMatch(length === '2' ? /\r\n\r\n$/ : /\r\n\r\nabcdef$/)
})
