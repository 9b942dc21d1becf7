import { type Address, exchange, RawClient, temporaryFolder } from '@trivet/testing'
import { compose, type Application } from '@trivet/gateway'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { forward, type ForwardOptions, serve, type UwsgiServer } from '../src/gateway.ts'
import { encodePacket } from '../src/index.ts'

const hello: Application = (_, startResponse) => {
  startResponse('200 OK', [
    ['X-Up', '1'],
    ['X-Up', '2'],
  ])
  return [Buffer.from('hello')]
}

async function listenAt(server: UwsgiServer): Promise<{ host: string; port: number }> {
  await server.listen({ host: '127.0.0.1', port: 0 })
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

interface Chain extends AsyncDisposable {
  readonly back: UwsgiServer
  readonly address: Address
  /** Connections the back has accepted. */
  readonly accepted: () => number
}

/** Raw uwsgi client -> front (serve of forward) -> counting relay -> back (serve of the application). */
async function chain(application: Application, options: ForwardOptions = {}): Promise<Chain> {
  const back = serve(application, { log: () => {}, onError: () => {} })
  const backAddress = await listenAt(back)
  let accepted = 0
  const relay = createServer((socket) => {
    accepted++
    const upstream = new (socket.constructor as typeof Socket)().connect(backAddress)
    socket.on('error', () => upstream.destroy()).on('close', () => upstream.destroy())
    upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy())
    socket.pipe(upstream).pipe(socket)
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  const { port } = relay.address() as AddressInfo
  const quiet = { write() {}, writelines() {}, flush() {} }
  const front = serve(forward(`127.0.0.1:${port}`, options), { log: () => {}, errors: quiet })
  const address = await listenAt(front)
  return {
    back,
    address,
    accepted: () => accepted,
    async [Symbol.asyncDispose]() {
      front.close()
      back.close()
      relay.close()
      await Promise.all([front.drain(), back.drain()])
    },
  }
}

function packet(vars: Record<string, string> = {}, body: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([encodePacket(Object.entries({ REQUEST_METHOD: 'GET', PATH_INFO: '/', ...vars })), body])
}

test('connections between our two ends are kept and used again', async () => {
  await using it = await chain(hello, { pipelining: false })
  for (let i = 0; i < 20; i++)
    expect(await exchange(it.address, packet())).toMatch(
      /^HTTP\/1.1 200 OK\r\nX-Up: 1\r\nX-Up: 2\r\nContent-Length: 5\r\n\r\nhello$/,
    )
  expect(it.accepted()).toBe(1)
})

test('requests are pipelined on few connections once the server has said how deep', async () => {
  let calls = 0
  await using it = await chain((environ, startResponse) => {
    calls++
    startResponse('200 OK', [])
    return [Buffer.from(`at ${environ.PATH_INFO}.`)]
  })
  for (let i = 0; i < 5; i++) await exchange(it.address, packet())
  const before = it.accepted()
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => exchange(it.address, packet({ PATH_INFO: `/${i}` }))),
  )
  expect(answers.map((answer) => /at .*\.$/.exec(answer)?.[0])).toEqual(answers.map((_, i) => `at /${i}.`))
  expect(it.accepted() - before).toBeLessThan(20)
  expect(calls).toBe(45)
})

test('without the offer every request has its own connection', async () => {
  await using it = await chain(hello, { keepAlive: false })
  for (let i = 0; i < 3; i++) expect(await exchange(it.address, packet())).toContain('hello')
  expect(it.accepted()).toBe(3)
})

test('streams, both ways, keep the connection', async () => {
  const mirror: Application = async function* (environ, startResponse) {
    const chunks: Uint8Array[] = []
    for await (const chunk of environ['tsgi.input']) chunks.push(chunk)
    startResponse('200 OK', [])
    yield* chunks
  }
  await using it = await chain(mirror)
  const body = randomBytes(3_000_000)
  for (let i = 0; i < 2; i++) {
    await using client = await RawClient.connect(it.address)
    await client.send(packet({ CONTENT_LENGTH: String(body.length) }, body))
    const answer = await client.closed()
    expect(answer.subarray(answer.indexOf('\r\n\r\n') + 4).equals(body)).toBe(true)
  }
  expect(it.accepted()).toBe(1)
})

test('an answer that begins before a large body is read is streamed, but its connection is not kept', async () => {
  await using it = await chain(async function* (environ, startResponse) {
    startResponse('200 OK', [])
    for await (const chunk of environ['tsgi.input']) yield chunk
  })
  const body = randomBytes(3_000_000)
  for (let i = 0; i < 2; i++) {
    await using client = await RawClient.connect(it.address)
    await client.send(packet({ CONTENT_LENGTH: String(body.length) }, body))
    const answer = await client.closed()
    expect(answer.subarray(answer.indexOf('\r\n\r\n') + 4).equals(body)).toBe(true)
  }
  expect(it.accepted()).toBe(2)
})

test('chunks arrive one by one, not when the body ends', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  await using it = await chain(async function* (_, startResponse) {
    startResponse('200 OK', [])
    yield Buffer.from('first')
    await promise
    yield Buffer.from('second')
  })
  await using client = await RawClient.connect(it.address)
  await client.send(packet())
  await client.until('first')
  resolve()
  await client.until('second')
  await client.closed()
})

test('HEAD and 304 keep the connection and their headers', async () => {
  await using it = await chain((environ, startResponse) => {
    startResponse(environ.PATH_INFO === '/304' ? '304 Not Modified' : '200 OK', [
      ['Content-Length', '1000'],
      ['ETag', '"x"'],
    ])
    return environ.REQUEST_METHOD === 'HEAD' || environ.PATH_INFO === '/304' ? [] : [Buffer.alloc(1000)]
  })
  expect(await exchange(it.address, packet({ REQUEST_METHOD: 'HEAD' }))).toBe(
    'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: "x"\r\n\r\n',
  )
  expect(await exchange(it.address, packet({ PATH_INFO: '/304' }))).toMatch(/^HTTP\/1.1 304 Not Modified\r\n/)
  expect(it.accepted()).toBe(1)
})

test('a kept connection that the server closed meanwhile costs a retry, not the request', async () => {
  await using it = await chain(hello)
  await exchange(it.address, packet())
  it.back.close()
  await it.back.drain()
  expect(await exchange(it.address, packet())).toMatch(/^HTTP\/1.1 502 /)
})

test('a client that goes away aborts the request behind it', async () => {
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  const { promise: called, resolve: call } = Promise.withResolvers<void>()
  await using it = await chain(async (environ) => {
    environ['tsgi.signal'].addEventListener('abort', () => resolve())
    call()
    await gone
    return []
  })
  await using client = await RawClient.connect(it.address)
  await client.send(packet())
  await called
  client.reset()
  await gone
})

test('an upgrade goes through both ends, and early hints do', async () => {
  await using it = await chain((environ, startResponse) => {
    if (environ['tsgi.protocol']?.[0] !== 'websocket') {
      environ['tsgi.early_hints']?.([['Link', '</a.css>']])
      return hello(environ, startResponse)
    }
    startResponse('101 Switching Protocols', [
      ['tsgi.protocol', 'websocket'],
      ['Sec-WebSocket-Accept', 'x'],
    ])
    return (stream) => void stream.pipe(stream)
  })
  await using client = await RawClient.connect(it.address)
  await client.send(packet({ HTTP_UPGRADE: 'websocket', HTTP_CONNECTION: 'upgrade' }))
  const head = await client.until('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/)
  expect(head).toMatch(/Upgrade: websocket/i)
  expect(head).toContain('Sec-WebSocket-Accept: x')
  await client.send('ping')
  expect(await client.until('ping')).toBe('ping')
  client.end()
  await client.closed()
  await using other = await RawClient.connect(it.address)
  await other.send(packet({ UWSGI_KEEPALIVE: 'n' }))
  expect(await other.until('hello')).toMatch(/^HTTP\/1.1 103 Early Hints\r\nLink: <\/a.css>\r\n\r\nHTTP\/1.1 200 OK/)
})

test('middleware composes around a forwarded application', async () => {
  await using it = await chain(
    compose(
      (next) => (environ, startResponse) =>
        next(environ, (status, headers) => startResponse(status, [...headers, ['X-Mid', 'yes']])),
      hello,
    ),
  )
  expect(await exchange(it.address, packet())).toContain('X-Mid: yes')
})

/** A server that says `text` to whoever connects, once it was sent something, and ends or stays. */
async function badPeer(answer: string, after: 'end' | 'reset' | 'stay'): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => {
      if (answer !== '') socket.write(answer)
      if (after === 'end') socket.end()
      if (after === 'reset') socket.resetAndDestroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test.each([
  ['closes without a byte', '', 'end', 502, /closed the connection .*phase: head/],
  ['resets', '', 'reset', 502, /reset the connection .*phase: head/],
  ['never answers', '', 'stay', 504, /did not answer in time .*phase: head/],
  ['speaks no HTTP', 'nonsense\r\n\r\n', 'end', 502, /broke the protocol/],
  ['cuts its head', 'HTTP/1.1 200 OK\r\nA: b', 'end', 502, /phase: head/],
] as const)('a peer that %s is a %s', async (_, answer, after, status, logged) => {
  await using peer = await badPeer(answer, after)
  let log = ''
  const errors = { write: (text: string) => void (log += text), writelines() {}, flush() {} }
  const front = serve(forward(`127.0.0.1:${peer.port}`, { readTimeout: 60 }), { errors })
  const address = await listenAt(front)
  expect(await exchange(address, packet())).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(log).toMatch(logged)
  expect(log).toContain(`127.0.0.1:${peer.port}`)
  front.close()
})

test('nobody there is a 502 that names the socket and the step', async () => {
  await using folder = await temporaryFolder()
  let log = ''
  const errors = { write: (text: string) => void (log += text), writelines() {}, flush() {} }
  const front = serve(forward(`unix:${folder.join('none.sock')}`), { errors })
  const address = await listenAt(front)
  expect(await exchange(address, packet())).toMatch(/^HTTP\/1.1 502 /)
  expect(log).toMatch(/unix:.*none\.sock .*phase: connect.*ENOENT/)
  front.close()
})

test('a body that is cut breaks the response, so that the client notices', async () => {
  const lines: string[] = []
  await using peer = await badPeer('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', 'end')
  const front = serve(forward(`127.0.0.1:${peer.port}`), {
    errors: { write() {}, writelines() {}, flush() {} },
    log: (line) => lines.push(line),
  })
  const address = await listenAt(front)
  const answer = await exchange(address, packet())
  expect(answer).toMatch(/Content-Length: 10/)
  expect(answer.endsWith('abc')).toBe(true)
  expect(lines).toEqual([])
  front.close()
})

test('a stale or forged echo is no acknowledgement', async () => {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.on('error', () => {})
    socket.on('data', () =>
      socket.write(
        'HTTP/1.1 200 OK\r\nuwsgi-keepalive: stale; depth=8\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok',
      ),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const front = serve(forward(`127.0.0.1:${(server.address() as AddressInfo).port}`))
  const address = await listenAt(front)
  for (let i = 0; i < 3; i++) expect(await exchange(address, packet())).toMatch(/ok$/)
  expect(connections).toBe(3)
  front.close()
  await new Promise((resolve) => server.close(resolve))
})

test('vars that do not fit a packet are a 431', async () => {
  await using it = await chain(hello, { vars: { MORE: 'x'.repeat(65_000) } })
  expect(await exchange(it.address, packet({ HTTP_X: 'y'.repeat(1000) }))).toMatch(
    /^HTTP\/1.1 431 .*the request is too large/s,
  )
})

test.each([
  ['/run/app.sock', { path: '/run/app.sock' }],
  ['unix:/run/app.sock', { path: '/run/app.sock' }],
  ['example.org:3031', { host: 'example.org', port: 3031 }],
  ['[::1]:3031', { host: '::1', port: 3031 }],
  [':3031', { host: '127.0.0.1', port: 3031 }],
])('%s is an address', async (target, address) => {
  const { parseAddress } = await import('../src/client.ts')
  expect(parseAddress(target)).toEqual(address)
})

test.each(['', 'unix:', 'unix:relative', 'host', 'host:0', 'host:70000', 'http://host:80'])('%j is none', (target) => {
  expect(() => forward(target)).toThrow('not an address')
})
