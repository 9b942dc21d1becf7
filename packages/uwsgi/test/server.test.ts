import { exchange, RawClient, temporaryFolder } from '@trivet/testing'
import type { Application, Environ } from '@trivet/gateway'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { serve, type UwsgiServer, type UwsgiServerOptions } from '../src/gateway.ts'
import { encodePacket } from '../src/index.ts'

const get: [string, string][] = [
  ['REQUEST_METHOD', 'GET'],
  ['PATH_INFO', '/'],
]

function packet(vars: Record<string, string> = {}, body = '', modifier1 = 0): Buffer {
  const all = Object.entries({ ...Object.fromEntries(get), ...vars })
  return Buffer.concat([encodePacket(all, modifier1), Buffer.from(body, 'latin1')])
}

const hello: Application = (_, startResponse) => {
  startResponse('200 OK', [['Content-Type', 'text/plain']])
  return [Buffer.from('hello')]
}

const echo: Application = async (environ, startResponse) => {
  const body = await environ['tsgi.input'].read()
  startResponse('200 OK', [])
  return [Buffer.from(`${environ.REQUEST_METHOD} ${environ.PATH_INFO} `), body]
}

interface Running extends AsyncDisposable {
  readonly server: UwsgiServer
  readonly address: { host: string; port: number }
  readonly lines: string[]
  /** Resolves after so many of the server's looks at its timeouts. */
  swept(count: number): Promise<void>
}

async function running(application: Application, options: UwsgiServerOptions = {}): Promise<Running> {
  const lines: string[] = []
  const server = serve(application, { log: (line) => lines.push(line), ...options })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.address() as AddressInfo
  return {
    server,
    lines,
    address: { host: '127.0.0.1', port },
    async swept(count) {
      for (let i = 0; i < count; i++) {
        const { now } = server
        await expect.poll(() => server.now, { interval: 10, timeout: 5000 }).not.toBe(now)
      }
    },
    async [Symbol.asyncDispose]() {
      server.close()
      await server.drain()
    },
  }
}

test('one request, one response, then close', async () => {
  await using it = await running(hello)
  expect(await exchange(it.address, packet())).toBe(
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello',
  )
})

test('a unix socket works and its file is gone afterwards', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('app.sock')
  const server = serve(hello)
  await server.listen({ path })
  expect(await exchange({ path }, packet())).toContain('hello')
  await server.drain()
  expect(await folder.list()).toEqual([])
})

test('an inherited descriptor is listened on', { timeout: 30_000 }, async () => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  const { fd } = (holder as unknown as { _handle: { fd: number } })._handle
  const { port } = holder.address() as AddressInfo
  // A program of its own, as a worker is, which finds the descriptor as its number 3.
  const source = `import { serve } from '@trivet/uwsgi/gateway'
    const server = serve((_, startResponse) => (startResponse('200 OK', []), [Buffer.from('from ' + process.pid)]))
    await server.listen({ fd: 3 })
    process.send('ready')
    process.once('message', async () => { await server.drain(); process.disconnect() })`
  const child = spawn(process.execPath, ['--conditions=@trivet/source', '--input-type=module', '-e', source], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit', fd, 'ipc'],
  })
  await once(child, 'message')
  holder.close()
  expect(await exchange({ host: '127.0.0.1', port }, packet())).toContain(`from ${child.pid}`)
  child.send('stop')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a ping is answered', async () => {
  await using it = await running(hello)
  expect(await exchange(it.address, '\x64\0\0\0')).toBe('\x64\0\0\x01')
})

test('the environ is what the vars say, and the nonce is not in it', async () => {
  let seen: Environ | undefined
  await using it = await running((environ, startResponse) => {
    seen = environ
    return hello(environ, startResponse)
  })
  const vars = {
    CONTENT_TYPE: '',
    CONTENT_LENGTH: '',
    HTTPS: 'on',
    HTTP_HOST: 'example.org:8443',
    SCRIPT_NAME: '/app',
    PATH_INFO: '/app/x',
    UWSGI_KEEPALIVE: 'secret1',
    'tsgi.input': 'forged',
  }
  await exchange(it.address, Buffer.concat([packet(vars, '', 30), packet({ CONTENT_LENGTH: 'x' })]))
  expect(seen).toMatchObject({
    SCRIPT_NAME: '/app',
    PATH_INFO: '/x',
    HTTPS: 'on',
    SERVER_NAME: 'example.org',
    SERVER_PORT: '443',
    'tsgi.url_scheme': 'https',
    QUERY_STRING: '',
  })
  expect(Object.values(seen ?? {})).not.toContain('secret1')
  expect(seen).not.toHaveProperty('CONTENT_TYPE')
  expect(seen).not.toHaveProperty('CONTENT_LENGTH')
  expect(seen?.['tsgi.input']).not.toBe('forged')
})

test('a header that comes more than once becomes one value', async () => {
  let seen: Environ | undefined
  await using it = await running((environ, startResponse) => {
    seen = environ
    return hello(environ, startResponse)
  })
  await exchange(
    it.address,
    encodePacket([...get, ['HTTP_A', '1'], ['HTTP_COOKIE', 'a=1'], ['HTTP_A', '2'], ['HTTP_COOKIE', 'b=2']]),
  )
  expect(seen).toMatchObject({ HTTP_A: '1, 2', HTTP_COOKIE: 'a=1; b=2' })
})

test.each([
  ['oversize vars', packet({ A: 'x'.repeat(200) }), 431, 'vars-too-large'],
  ['HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'http-request'],
  ['an unknown modifier', packet({}, '', 5), 501, 'unknown-modifier'],
  ['an empty key', Buffer.from('\0\x04\0\0\0\0\0\0'), 400, 'empty-key'],
  ['a truncated var', Buffer.from('\0\x03\0\0\x09\0A'), 400, 'truncated-var'],
  ['too many vars', packet({ A: '', B: '', C: '' }), 431, 'too-many-vars'],
  ['a body over the limit', packet({ CONTENT_LENGTH: '11' }, 'x'.repeat(11)), 413, 'body-too-large'],
  ['a bad length', packet({ CONTENT_LENGTH: 'abc' }), 400, 'bad-content-length'],
  ['no length', packet({ HTTP_TRANSFER_ENCODING: 'chunked' }), 411, 'length-required'],
  ['no method', encodePacket([['A', 'b']]), 400, 'missing-var'],
  [
    'a path outside of SCRIPT_NAME',
    packet({ SCRIPT_NAME: '/app', PATH_INFO: '/apple' }, '', 30),
    404,
    'mount-mismatch',
  ],
])('%s is refused with a status and one log line', async (_, wire, status, code) => {
  await using it = await running(hello, { limits: { bufferSize: 150, maxVars: 4, maxBody: 10 } })
  const answer = await exchange(it.address, wire)
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(answer).toContain(`uwsgi [${code}]`)
  expect(it.lines).toEqual([
    expect.stringMatching(
      new RegExp(`^uwsgi: 127.0.0.1:\\d+: remote broke a rule \\[${code}\\]: .*; answered ${status}$`),
    ),
  ])
})

test.each([
  'UWSGI_FILE',
  'UWSGI_SCRIPT',
  'UWSGI_MODULE',
  'UWSGI_CALLABLE',
  'UWSGI_PYHOME',
  'UWSGI_SETENV',
  'UWSGI_CHDIR',
  'UWSGI_POSTFILE',
])('%s is refused unless configured', async (name) => {
  await using it = await running(hello)
  expect(await exchange(it.address, packet({ [name]: 'x' }))).toMatch(/^HTTP\/1.1 403 /)
  await using open = await running(hello, { controlVars: [name] })
  expect(await exchange(open.address, packet({ [name]: 'x' }))).toMatch(/^HTTP\/1.1 200 /)
})

test('a truncated packet and a cut body are refused when the peer ends its side', async () => {
  await using it = await running(echo)
  await using head = await RawClient.connect(it.address)
  await head.send(packet().subarray(0, 10))
  head.end()
  expect((await head.closed()).toString()).toMatch(/^HTTP\/1.1 400 .*cut-packet/s)
  await using body = await RawClient.connect(it.address)
  await body.send(packet({ CONTENT_LENGTH: '10' }, 'abc'))
  body.end()
  expect((await body.closed()).toString()).toMatch(/^HTTP\/1.1 400 .*cut-body/s)
})

test('a stalled head and a stalled body are answered 408 after `socketTimeout`, and the application learns of it', async () => {
  const failures: unknown[] = []
  const reader: Application = async (environ, startResponse) => {
    await environ['tsgi.input'].read().catch((error: unknown) => {
      failures.push(error)
      throw error
    })
    return hello(environ, startResponse)
  }
  await using it = await running(reader, { socketTimeout: 50, onError: () => {} })
  expect(await exchange(it.address, packet().subarray(0, 10))).toMatch(/^HTTP\/1.1 408 .*no byte of the vars/s)
  expect(await exchange(it.address, packet({ CONTENT_LENGTH: '10' }, 'abc'))).toMatch(
    /^HTTP\/1.1 408 .*no byte of the body/s,
  )
  expect(failures).toEqual([expect.objectContaining({ code: 'timeout' })])
  expect(it.lines).toHaveLength(2)
})

test('without the var a response of unknown length ends by close; with it, it is chunked and the connection stays', async () => {
  const stream: Application = async function* (_, startResponse) {
    startResponse('200 OK', [])
    yield Buffer.from('one')
    yield Buffer.from('two')
  }
  await using it = await running(stream)
  expect(await exchange(it.address, packet())).toBe('HTTP/1.1 200 OK\r\n\r\nonetwo')
  await using client = await RawClient.connect(it.address)
  await client.send(packet({ UWSGI_KEEPALIVE: 'n1' }))
  expect((await client.until('0\r\n\r\n')).replace(/depth=\d/, 'depth=N')).toBe(
    'HTTP/1.1 200 OK\r\nuwsgi-keepalive: n1; depth=N\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n',
  )
  await client.send(packet())
  expect((await client.closed()).toString()).toMatch(/HTTP\/1.1 200 OK\r\n\r\nonetwo$/)
})

test("an application's own acknowledging header is stripped", async () => {
  await using it = await running((_, startResponse) => {
    startResponse('200 OK', [['Uwsgi-Keepalive', 'forged']])
    return []
  })
  expect(await exchange(it.address, packet())).toBe('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
})

test('HEAD, 204 and 304 are acknowledged without a length', async () => {
  await using it = await running((environ, startResponse) => {
    startResponse(environ.PATH_INFO.slice(1), [])
    return (async function* () {})()
  })
  await using client = await RawClient.connect(it.address)
  for (const [method, status] of [
    ['GET', '204 No Content'],
    ['GET', '304 Not Modified'],
    ['HEAD', '200 OK'],
  ] as const) {
    await client.send(packet({ REQUEST_METHOD: method, PATH_INFO: `/${status}`, UWSGI_KEEPALIVE: 'n' }))
    const text = await client.until('\r\n\r\n')
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status}\r\n`))
    expect(text).toMatch(/uwsgi-keepalive: n; depth=\d\r\n/)
    expect(text).not.toContain('chunked')
  }
})

test('pipelined requests are answered in order; what is in the buffer leaves in one write', async () => {
  await using it = await running(
    (environ, startResponse) => {
      startResponse('200 OK', [])
      return [Buffer.from(environ.PATH_INFO)]
    },
    { capacity: 2 },
  )
  await using client = await RawClient.connect(it.address)
  const reads: string[] = []
  client.socket.on('data', (chunk: Buffer) => reads.push(chunk.toString('latin1')))
  await client.send(
    Buffer.concat(['a', 'b', 'c'].map((name) => packet({ PATH_INFO: `/${name}`, UWSGI_KEEPALIVE: name }))),
  )
  const text = await client.until('/c')
  expect(text.match(/uwsgi-keepalive: \w; depth=\d; capacity=2\r\n\r\n\/\w/g)?.map((part) => part.slice(-2))).toEqual([
    '/a',
    '/b',
    '/c',
  ])
  expect(reads).toHaveLength(1)
})

test('a fast answer does not wait for a slow one behind it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  await using it = await running(async (environ, startResponse) => {
    if (environ.PATH_INFO === '/slow') await promise
    startResponse('200 OK', [])
    return [Buffer.from(`at ${environ.PATH_INFO}`)]
  })
  await using client = await RawClient.connect(it.address)
  await client.send(
    Buffer.concat([
      packet({ PATH_INFO: '/fast', UWSGI_KEEPALIVE: '1' }),
      packet({ PATH_INFO: '/slow', UWSGI_KEEPALIVE: '2' }),
    ]),
  )
  await client.until('at /fast')
  resolve()
  await client.until('at /slow')
})

test('an unread body is read away up to a cap; above it the connection is not kept', async () => {
  await using it = await running(hello, { unreadBody: 10 })
  await using client = await RawClient.connect(it.address)
  await client.send(packet({ CONTENT_LENGTH: '10', UWSGI_KEEPALIVE: 'a' }, '0123456789'))
  expect(await client.until('hello')).toContain('uwsgi-keepalive: a')
  await client.send(packet({ CONTENT_LENGTH: '10', UWSGI_KEEPALIVE: 'b' }))
  expect(await client.until('hello')).toContain('uwsgi-keepalive: b')
  await client.send('0123456789')
  await client.send(packet({ CONTENT_LENGTH: '11', UWSGI_KEEPALIVE: 'c' }))
  expect(await client.until('hello')).not.toContain('uwsgi-keepalive')
  await client.closed()
})

test('an application that throws before its first byte is a 500, after it a cut response; the server lives on', async () => {
  const errors: string[] = []
  await using it = await running(
    async function* (environ, startResponse) {
      if (environ.PATH_INFO === '/before') throw new Error('before')
      startResponse('200 OK', [['Content-Length', '10']])
      yield Buffer.from('one')
      throw new Error('after')
    },
    { onError: (error) => errors.push(error.message) },
  )
  expect(await exchange(it.address, packet({ PATH_INFO: '/before' }))).toMatch(/^HTTP\/1.1 500 /)
  expect(await exchange(it.address, packet({ PATH_INFO: '/after' }))).toMatch(/one$/)
  expect(await exchange(it.address, packet({ PATH_INFO: '/before' }))).toMatch(/^HTTP\/1.1 500 /)
  expect(errors).toEqual(['before', 'after', 'before'])
})

test('a peer that goes away aborts the signal', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { promise: called, resolve: call } = Promise.withResolvers<void>()
  await using it = await running(async (environ, startResponse) => {
    environ['tsgi.signal'].addEventListener('abort', () => resolve())
    call()
    await promise
    return hello(environ, startResponse)
  })
  await using client = await RawClient.connect(it.address)
  await client.send(packet())
  await called
  client.reset()
  await promise
})

test('drain lets a running request finish, without acknowledgement, and closes idle connections', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { promise: called, resolve: call } = Promise.withResolvers<void>()
  await using it = await running(async (environ, startResponse) => {
    if (environ.PATH_INFO === '/slow') {
      call()
      await promise
    }
    return hello(environ, startResponse)
  })
  await using idle = await RawClient.connect(it.address)
  await idle.send(packet({ UWSGI_KEEPALIVE: 'a' }))
  await idle.until('hello')
  await using busy = await RawClient.connect(it.address)
  await busy.send(packet({ PATH_INFO: '/slow', UWSGI_KEEPALIVE: 'b' }))
  await called
  const drained = it.server.drain()
  await idle.closed()
  await expect.poll(() => it.server.connections, { interval: 5 }).toBe(1)
  resolve()
  expect((await busy.closed()).toString()).toBe(
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello',
  )
  busy.end()
  await drained
})

test('an application that reads slowly does not make its peer late', async () => {
  const body = 'x'.repeat(3_000_000)
  await using it = await running(
    async (environ, startResponse) => {
      let size = 0
      for await (const chunk of environ['tsgi.input']) {
        if (size === 0) await it.swept(3)
        size += chunk.length
      }
      startResponse('200 OK', [])
      return [Buffer.from(`read ${size}`)]
    },
    { socketTimeout: 400 },
  )
  expect(await exchange(it.address, packet({ CONTENT_LENGTH: String(body.length) }, body))).toMatch(/read 3000000$/)
  expect(it.lines).toEqual([])
})

test('a peer that does not read at all is given up after `sendTimeout`', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  await using it = await running(
    async function* (environ, startResponse) {
      environ['tsgi.signal'].addEventListener('abort', () => resolve())
      startResponse('200 OK', [])
      for (;;) yield Buffer.alloc(64 * 1024)
    },
    { sendTimeout: 50 },
  )
  await using client = await RawClient.connect(it.address)
  client.socket.pause()
  await client.send(packet())
  await promise
  expect(it.lines).toEqual([expect.stringContaining('the peer reads nothing for 50 ms')])
})

test('a kept connection is closed after `idleTimeout`', async () => {
  await using it = await running(hello, { idleTimeout: 30 })
  await using client = await RawClient.connect(it.address)
  await client.send(packet({ UWSGI_KEEPALIVE: 'n' }))
  await client.until('hello')
  await client.closed()
})

test('the application waits while the peer does not read', async () => {
  let sent = 0
  const chunk = Buffer.alloc(64 * 1024)
  const total = 512
  await using it = await running(async function* (_, startResponse) {
    startResponse('200 OK', [['Content-Length', String(chunk.length * total)]])
    for (; sent < total; sent++) yield chunk
  })
  await using client = await RawClient.connect(it.address)
  client.socket.pause()
  await client.send(packet())
  await expect.poll(() => sent, { interval: 20 }).toBeGreaterThan(0)
  let before = -1
  await expect.poll(() => before === (before = sent), { interval: 100 }).toBe(true)
  expect(sent).toBeLessThan(total)
  client.socket.resume()
  expect((await client.closed()).length).toBeGreaterThan(chunk.length * total)
})
