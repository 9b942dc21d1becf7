import type { Environ } from '@trivet/gateway'
import { expect, test } from 'vitest'
import { bytes, echo, Front } from './serving.ts'

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`

test('answers, keeps the connection, and answers again', async () => {
  await using front = await Front.start(echo)
  await using client = await front.connect()
  await client.send(get('/one?x=1'))
  const head = await client.until('GET /one x=1\n')
  expect(head).toMatch(
    /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain\r\nContent-Length: 13\r\nDate: .+ GMT\r\nServer: Trivet\r\n\r\n/,
  )
  await client.send(get('/two'))
  await client.until('GET /two \n')
  expect(front.server.connections).toBe(1)
})

test('pipelined requests are answered in order and in one write', async () => {
  await using front = await Front.start((environ, startResponse) => {
    startResponse('200 OK', [])
    return [bytes(environ.PATH_INFO)]
  })
  await using client = await front.connect()
  let pieces = 0
  client.socket.on('data', () => pieces++)
  await client.send(get('/1') + get('/2') + get('/3', 'Connection: close\r\n'))
  const text = (await client.closed()).toString('latin1')
  expect(text.match(/\/\d$|\/\d(?=HTTP)/g)).toEqual(['/1', '/2', '/3'])
  expect(pieces).toBe(1)
  expect(text.match(/Connection: close/g)).toHaveLength(1)
})

test('an asynchronous answer holds the next one back', async () => {
  const order: string[] = []
  const gate = Promise.withResolvers<void>()
  const running = Promise.withResolvers<void>()
  await using front = await Front.start(async (environ, startResponse) => {
    order.push(environ.PATH_INFO)
    running.resolve()
    if (environ.PATH_INFO === '/slow') await gate.promise
    startResponse('200 OK', [])
    return [bytes(`[${environ.PATH_INFO}]`)]
  })
  await using client = await front.connect()
  await client.send(get('/slow') + get('/fast'))
  await running.promise
  expect(order).toEqual(['/slow'])
  gate.resolve()
  expect(await client.until('[/fast]')).toContain('[/slow]')
})

test('the environ says what was asked', async () => {
  let seen: Environ | undefined
  await using front = await Front.start((environ, startResponse) => {
    seen = environ
    startResponse('204 No Content', [])
    return []
  })
  await using client = await front.connect()
  const fields =
    'X-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\nX_B: no\r\nProxy: evil\r\nContent-Type: t/p\r\nTE: trailers\r\n'
  await client.send(`GET http://other:81/a%20b%C3%A9%zz?q%20r HTTP/1.1\r\nHost: a\r\n${fields}\r\n`)
  await client.until('\r\n\r\n')
  expect(seen).toMatchObject({
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: '',
    PATH_INFO: '/a b\xc3\xa9%zz',
    QUERY_STRING: 'q%20r',
    REQUEST_URI: 'http://other:81/a%20b%C3%A9%zz?q%20r',
    SERVER_PROTOCOL: 'HTTP/1.1',
    SERVER_NAME: 'other',
    SERVER_PORT: String(front.address.port),
    REMOTE_ADDR: '127.0.0.1',
    HTTP_HOST: 'other:81',
    HTTP_X_A: '1, 2',
    HTTP_COOKIE: 'a=1; b=2',
    CONTENT_TYPE: 't/p',
    'tsgi.trailers': true,
  })
  expect(Object.keys(seen ?? {})).not.toContain('HTTP_PROXY')
  expect(Object.keys(seen ?? {})).not.toContain('HTTP_X_B')
})

test('a Host without a name leaves SERVER_NAME what the socket says', async () => {
  await using front = await Front.start((environ, startResponse) => {
    startResponse('200 OK', [])
    return [bytes(`[${environ.SERVER_NAME}]`)]
  })
  for (const host of [':80', '']) {
    await using client = await front.connect()
    await client.send(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    expect(await client.until(']')).toContain('[127.0.0.1]')
  }
})

test('a body that came with its head is whole at once', async () => {
  const seen: (string | undefined)[] = []
  await using front = await Front.start((environ, startResponse) => {
    const { buffered } = environ['tsgi.input']
    seen.push(buffered === undefined ? undefined : Buffer.from(buffered).toString())
    startResponse('200 OK', [])
    return []
  })
  await using client = await front.connect()
  await client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n')
  await client.until('\r\n\r\n')
  expect(seen).toEqual(['hi'])
})

test('100 Continue goes out when the body is asked for, and not before', async () => {
  await using front = await Front.start(echo)
  await using client = await front.connect()
  await client.send('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n')
  expect(await client.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  await client.send('hi')
  await client.until('POST /x \nhi')
})

test('an answer without 100 Continue closes the connection', async () => {
  await using front = await Front.start((_, startResponse) => {
    startResponse('413 Content Too Large', [])
    return []
  })
  await using client = await front.connect()
  await client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n')
  const text = (await client.closed()).toString()
  expect(text).toMatch(/^HTTP\/1\.1 413 .*Connection: close/s)
})

test('an unread body is read over when small, and lingered on when large', async () => {
  await using front = await Front.start((environ, startResponse) => {
    startResponse('200 OK', [])
    return [bytes(`[${environ.PATH_INFO}]`)]
  })
  await using client = await front.connect()
  await client.send(`POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n`)
  await client.until('[/small]')
  await client.send(`${'x'.repeat(1000)}POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n`)
  await client.until('[/large]')
  const text = (await client.closed()).toString()
  expect(text).toMatch(/Connection: close\r\n\r\n\[\/large\]$/)
  expect(client.error).toBeUndefined()
})

test('an answer of unknown length is chunked, or ends with the connection in HTTP/1.0', async () => {
  await using front = await Front.start(async function* (_, startResponse) {
    startResponse('200 OK', [])
    yield bytes('one')
    yield bytes('two')
  })
  await using client = await front.connect()
  await client.send(get('/'))
  expect(await client.until('0\r\n\r\n')).toMatch(
    /Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n$/,
  )
  await client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
  expect((await client.closed()).toString()).toMatch(/Connection: close\r\n\r\nonetwo$/)
})

test('HTTP/1.0 with keep-alive is told so', async () => {
  await using front = await Front.start(echo)
  await using client = await front.connect()
  await client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
  expect(await client.until('GET / \n')).toContain('Connection: keep-alive\r\n')
  await client.send('GET / HTTP/1.0\r\n\r\n')
  expect((await client.closed()).toString()).toMatch(/Connection: close/)
})

test('HEAD has the head of GET', async () => {
  await using front = await Front.start(echo)
  await using client = await front.connect()
  await client.send('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n')
  const head = await client.until('\r\n\r\n')
  expect(head).toContain('Content-Length: 8\r\n')
  await client.send(get('/next'))
  expect(await client.until('GET /next \n')).toMatch(/^HTTP\/1\.1 200 OK/)
})

for (const [what, text, status] of [
  ['a request that is none', 'hello\r\n\r\n', '400 Bad Request'],
  ['a request without Host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request'],
  ['a long line', `GET /${'a'.repeat(9000)} HTTP/1.1\r\n`, '414 URI Too Long'],
  ['a large head', `GET / HTTP/1.1\r\nX: ${'a'.repeat(40_000)}\r\n`, '431 Request Header Fields Too Large'],
  ['another version', 'GET / HTTP/3.0\r\n\r\n', '505 HTTP Version Not Supported'],
  ['another coding', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n', '501 Not Implemented'],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', '501 Not Implemented'],
] as const) {
  test(`${what} gets ${status} and one log line`, async () => {
    await using front = await Front.start(echo)
    await using client = await front.connect()
    await client.send(text)
    const answer = (await client.closed()).toString()
    expect(answer.startsWith(`HTTP/1.1 ${status}\r\n`), answer).toBe(true)
    expect(answer).toContain('Connection: close\r\n')
    expect(front.lines).toHaveLength(1)
    expect(front.lines[0]).toMatch(/^client 127\.0\.0\.1:\d+: \d+: /)
  })
}

test('a good request before a bad one is answered first', async () => {
  await using front = await Front.start((_, startResponse) => {
    startResponse('200 OK', [])
    return [bytes('good')]
  })
  await using client = await front.connect()
  await client.send(`${get('/')}bad\r\n\r\n`)
  expect((await client.closed()).toString()).toMatch(/^HTTP\/1\.1 200 OK[^]*goodHTTP\/1\.1 400 Bad Request/)
})

test('a body that breaks the rules is answered 400 in the application’s place', async () => {
  const failed = Promise.withResolvers<unknown>()
  const running = Promise.withResolvers<void>()
  await using front = await Front.start(async (environ, startResponse) => {
    running.resolve()
    await environ['tsgi.input'].read().catch((error: unknown) => failed.resolve(error))
    startResponse('200 OK', [])
    return []
  })
  await using client = await front.connect()
  await client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n')
  await running.promise
  await client.send('zz\r\n')
  expect((await client.closed()).toString()).toMatch(/^HTTP\/1\.1 400 Bad Request/)
  expect(await failed.promise).toMatchObject({ code: 'invalid-chunk-size' })
})

test('an application that throws: 500 before its first byte, a broken connection after', async () => {
  await using front = await Front.start(async function* (environ, startResponse) {
    if (environ.PATH_INFO === '/before') throw new Error('before')
    startResponse('200 OK', [['Content-Length', '10']])
    yield bytes('half')
    throw new Error('after')
  })
  await using first = await front.connect()
  await first.send(get('/before'))
  expect(await first.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 500/)
  await using second = await front.connect()
  await second.send(get('/after'))
  expect((await second.closed()).toString()).toMatch(/\r\n\r\nhalf$/)
  expect(front.errors.map((error) => error.message)).toEqual(['before', 'after'])
})

test('a client that goes away is noticed', async () => {
  const gone = Promise.withResolvers<void>()
  const running = Promise.withResolvers<void>()
  await using front = await Front.start(async (environ, startResponse) => {
    environ['tsgi.signal'].addEventListener('abort', () => gone.resolve())
    running.resolve()
    await gone.promise
    startResponse('200 OK', [])
    return []
  })
  const client = await front.connect()
  await client.send(get('/'))
  await running.promise
  client.reset()
  await gone.promise
})

test('a slow client holds the application back', async () => {
  let produced = 0
  const chunk = new Uint8Array(128 * 1024)
  await using front = await Front.start(async function* (_, startResponse) {
    startResponse('200 OK', [])
    for (; produced < 200; produced++) yield chunk
  })
  await using client = await front.connect()
  client.socket.pause()
  await client.send(get('/', 'Connection: close\r\n'))
  await expect.poll(() => produced).toBeGreaterThan(0)
  const before = produced
  client.socket.resume()
  await client.closed()
  expect(before).toBeLessThan(100)
  expect(produced).toBe(200)
  expect(client.received.length).toBeGreaterThan(200 * chunk.length)
})

test('an upgrade hands the connection over with what came behind the request', async () => {
  await using front = await Front.start((environ, startResponse) => {
    startResponse('101 Switching Protocols', [['tsgi.protocol', environ['tsgi.protocol']?.[0] ?? '']])
    return (stream) => {
      stream.pipe(stream)
    }
  })
  await using client = await front.connect()
  await client.send(`${get('/', 'Connection: Upgrade\r\nUpgrade: Echo\r\n')}early`)
  expect(await client.until('early')).toMatch(
    /^HTTP\/1\.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly$/,
  )
  await client.send('late')
  await client.until('late')
})

test('early hints', async () => {
  await using front = await Front.start((environ, startResponse) => {
    environ['tsgi.early_hints']?.([['Link', '</a.css>; rel=preload']])
    startResponse('200 OK', [])
    return []
  })
  await using client = await front.connect()
  await client.send(get('/'))
  expect(await client.until('\r\n\r\n')).toBe('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n')
  expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK/)
})

test('a head, a body and an idle connection each have their time', async () => {
  await using front = await Front.start(echo, {
    headTimeout: 50,
    bodyTimeout: 50,
    keepAliveTimeout: 50,
    lingerTimeout: 50,
  })
  await using head = await front.connect()
  await head.send('GET / HT')
  await using body = await front.connect()
  await body.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab')
  await using idle = await front.connect()
  await idle.send(get('/'))
  expect((await head.closed()).toString()).toMatch(/^HTTP\/1\.1 408 /)
  expect((await body.closed()).toString()).toMatch(/^HTTP\/1\.1 408 /)
  expect((await idle.closed()).toString()).toMatch(/GET \/ \n$/)
})

test('a slow head is not given more time by each byte', async () => {
  await using front = await Front.start(echo, { headTimeout: 100 })
  await using client = await front.connect()
  await client.send('GET / HTTP/1.1\r\nX: ')
  const drip = setInterval(() => client.socket.writable && client.socket.write('a'), 10)
  try {
    expect((await client.closed(5000)).toString()).toMatch(/^HTTP\/1\.1 408 /)
  } finally {
    clearInterval(drip)
  }
})

test('draining lets answers end, closes idle connections and takes no more', async () => {
  const gate = Promise.withResolvers<void>()
  const running = Promise.withResolvers<void>()
  await using front = await Front.start(async (environ, startResponse) => {
    if (environ.PATH_INFO === '/slow') {
      running.resolve()
      await gate.promise
    }
    startResponse('200 OK', [])
    return [bytes('done')]
  })
  await using idle = await front.connect()
  await idle.send(get('/'))
  await idle.until('done')
  await using busy = await front.connect()
  await busy.send(get('/slow'))
  await running.promise
  const drained = front.server.drain()
  await idle.closed()
  gate.resolve()
  expect((await busy.closed()).toString()).toMatch(/Connection: close\r\n\r\ndone$/)
  busy.end()
  idle.end()
  await drained
  expect(front.server.connections).toBe(0)
})

test('a large answer is not cut while the client takes it, however slowly', async () => {
  const body = new Uint8Array(16 * 1024 * 1024)
  await using front = await Front.start(
    (_, startResponse) => {
      startResponse('200 OK', [])
      return [body]
    },
    { sendTimeout: 400, lingerTimeout: 100 },
  )
  await using client = await front.connect()
  const begun = performance.now()
  let taken = 0
  client.socket.on('data', (chunk: Buffer) => {
    taken += chunk.length
    client.socket.pause()
    setTimeout(() => client.socket.resume(), 4)
  })
  await client.send(get('/', 'Connection: close\r\n'))
  await client.closed(15_000)
  expect(taken).toBeGreaterThan(body.length)
  expect(performance.now() - begun).toBeGreaterThan(400)
})

test('a client that takes nothing is given up', async () => {
  await using front = await Front.start(
    (_, startResponse) => {
      startResponse('200 OK', [])
      return [new Uint8Array(32 * 1024 * 1024)]
    },
    { sendTimeout: 40 },
  )
  await using client = await front.connect()
  client.socket.pause()
  await client.send(get('/'))
  await expect.poll(() => front.server.connections).toBe(1)
  await expect.poll(() => front.server.connections).toBe(0)
})

test('a body that ends by close and breaks off is a reset, not an end', async () => {
  const sent = Promise.withResolvers<void>()
  await using front = await Front.start(async function* (_, startResponse) {
    startResponse('200 OK', [])
    yield bytes('half')
    await sent.promise
    throw new Error('broke off')
  })
  await using client = await front.connect()
  await client.send('GET / HTTP/1.0\r\n\r\n')
  await client.until('half')
  sent.resolve()
  await client.closed()
  expect(client.error).toMatchObject({ code: 'ECONNRESET' })
})
