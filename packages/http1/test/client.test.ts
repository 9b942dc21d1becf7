import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { ClientError, ClientPool, type ClientConnection, type ClientOptions } from '@trivet/http1/client'
import type { ResponseHead } from '@trivet/http1'
import { freePort, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { Recorder, Script } from './asking.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

function poolFor(script: Script, options?: ClientOptions): ClientPool & Disposable {
  const pool = new ClientPool(script.address, options)
  return Object.assign(pool, { [Symbol.dispose]: () => pool.close() })
}

test('connections are used again, the last one first', async () => {
  await using script = await Script.answering(ok)
  using pool = poolFor(script)
  const pair = [new Recorder().on(pool), new Recorder().on(pool)]
  expect([pool.busy, pool.idle]).toEqual([2, 0])
  await Promise.all(pair.map((exchange) => exchange.done))
  expect([pool.busy, pool.idle]).toEqual([0, 2])
  const third = new Recorder().on(pool)
  expect(third.connection?.requests).toBe(2)
  expect(await third.done).toBeUndefined()
  expect([third.status, third.body, script.connections]).toEqual([200, 'ok', 2])
})

test('interim answers, chunks and trailers arrive', async () => {
  const answer =
    'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nT: y\r\n\r\n'
  await using script = await Script.answering(answer)
  using pool = poolFor(script)
  const exchange = new Recorder().on(pool)
  expect(await exchange.done).toBeUndefined()
  expect(exchange.heads.map((head) => head.status)).toEqual([103, 200])
  expect([exchange.body, [...(exchange.trailers ?? [])]]).toEqual(['ok', [['T', 'y']]])
  expect(pool.idle).toBe(1)
})

for (const [what, answer] of [
  ['Connection: close', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  ['bytes behind the answer', `${ok}surplus`],
  ['a second answer', `${ok}${ok}`],
] as const) {
  test(`${what}: the connection is not kept`, async () => {
    await using script = await Script.answering(answer)
    using pool = poolFor(script)
    const exchange = new Recorder().on(pool)
    expect(await exchange.done).toBeUndefined()
    expect([exchange.body, pool.idle, pool.busy]).toEqual(['ok', 0, 0])
  })
}

test('a body that ends by close', async () => {
  await using script = await Script.start((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil close')),
  )
  using pool = poolFor(script)
  const exchange = new Recorder().on(pool)
  expect(await exchange.done).toBeUndefined()
  expect(exchange.body).toBe('until close')
})

test('unasked bytes on an idle connection close it', async () => {
  await using script = await Script.answering(ok)
  using pool = poolFor(script)
  await new Recorder().on(pool).done
  script.sockets[0]?.write(ok)
  await expect.poll(() => pool.idle).toBe(0)
})

test('an idle connection that the peer closes leaves the pool', async () => {
  await using script = await Script.answering(ok)
  using pool = poolFor(script)
  await new Recorder().on(pool).done
  script.sockets[0]?.end()
  await expect.poll(() => pool.idle).toBe(0)
  expect(await new Recorder().on(pool).done).toBeUndefined()
  expect(script.connections).toBe(2)
})

test('a kept connection that dies before any answer says so', async () => {
  await using script = await Script.start((socket) => {
    let requests = 0
    socket.on('data', () => (++requests === 1 ? socket.write(ok) : socket.resetAndDestroy()))
  })
  using pool = poolFor(script)
  await new Recorder().on(pool).done
  const error = await new Recorder().on(pool).done
  expect(error).toBeInstanceOf(ClientError)
  expect(error).toMatchObject({ reused: true, phase: 'head' })
  expect(['reset', 'closed']).toContain(error?.code)
})

for (const [what, answer, expected] of [
  ['before any answer', '', { code: 'closed', phase: 'head', reused: false }],
  ['in the head', 'HTTP/1.1 200 OK\r\nX', { code: 'closed', phase: 'head', reused: false }],
  ['after an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n', { code: 'closed', phase: 'head', reused: false }],
  ['in the body', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok', { code: 'closed', phase: 'body', reused: false }],
] as const) {
  test(`the peer closes ${what}`, async () => {
    await using script = await Script.start((socket) => socket.once('data', () => socket.end(answer)))
    using pool = poolFor(script)
    expect(await new Recorder().on(pool).done).toMatchObject(expected)
    expect(pool.busy).toBe(0)
  })
}

test('an answer that breaks the protocol', async () => {
  await using script = await Script.answering('SSH-2.0-OpenSSH\r\n')
  using pool = poolFor(script)
  const error = await new Recorder().on(pool).done
  expect(error).toMatchObject({ code: 'protocol', phase: 'head', cause: { code: 'invalid-version', side: 'remote' } })
})

test('a request that cannot be written', async () => {
  await using script = await Script.answering(ok)
  using pool = poolFor(script)
  const error = await new Recorder('GET', '/a b').on(pool).done
  expect(error).toMatchObject({ code: 'protocol', phase: 'send', cause: { code: 'invalid-target', side: 'local' } })
})

test('nobody listens', async () => {
  const port = await freePort()
  const error = await new Recorder().on(new ClientPool({ host: '127.0.0.1', port })).done
  expect(error).toMatchObject({ code: 'refused', phase: 'connect', address: `127.0.0.1:${port}` })
})

test('a unix socket that is not there, and one that is', async () => {
  const folder = await temporaryFolder()
  try {
    const path = join(folder.path, 's')
    expect(await new Recorder().on(new ClientPool({ path })).done).toMatchObject({
      code: 'unreachable',
      address: `unix:${path}`,
    })
    const server = createServer((socket) => socket.once('data', () => socket.end(ok))).listen(path)
    await once(server, 'listening')
    expect(await new Recorder().on(new ClientPool({ path })).done).toBeUndefined()
    server.close()
  } finally {
    await folder[Symbol.asyncDispose]()
  }
})

test('an answer that does not come', async () => {
  await using script = await Script.start(() => {})
  using pool = poolFor(script, { readTimeout: 30 })
  expect(await new Recorder().on(pool).done).toMatchObject({ code: 'read-timeout', phase: 'head' })
})

test('an answer that stops', async () => {
  await using script = await Script.answering('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok')
  using pool = poolFor(script, { readTimeout: 30 })
  expect(await new Recorder().on(pool).done).toMatchObject({ code: 'read-timeout', phase: 'body' })
})

class Uploader extends Recorder {
  readonly chunk = Buffer.alloc(1024 * 1024)
  left = 16

  onConnected(connection: ClientConnection): void {
    this.connection = connection
    this.#pump(connection)
  }

  override onDrain(): void {
    this.drains++
    if (this.connection !== undefined) this.#pump(this.connection)
  }

  #pump(connection: ClientConnection): void {
    while (this.left > 0) {
      this.left--
      if (!connection.write(this.chunk)) return
    }
    connection.endBody()
  }
}

test('a peer that takes nothing', async () => {
  await using script = await Script.start((socket) => socket.pause())
  using pool = poolFor(script, { sendTimeout: 30 })
  expect(await new Uploader('POST').on(pool).done).toMatchObject({ code: 'send-timeout', phase: 'send' })
})

test('a large body goes out as the peer takes it', async () => {
  await using script = await Script.start((socket) => {
    let size = 0
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > 16 * 1024 * 1024) socket.write(ok)
    })
  })
  using pool = poolFor(script)
  const exchange = new Uploader('POST').on(pool)
  expect(await exchange.done).toBeUndefined()
  expect(exchange.drains).toBeGreaterThan(0)
  expect(pool.idle).toBe(1)
})

test('an answer before the body is sent ends the exchange, and the connection', async () => {
  await using script = await Script.answering('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n')
  using pool = poolFor(script)
  class Waiting extends Recorder {
    onConnected(connection: ClientConnection): void {
      connection.write('part')
    }
  }
  const exchange = new Waiting('POST').on(pool)
  expect(await exchange.done).toBeUndefined()
  expect([exchange.status, pool.idle, pool.busy]).toEqual([413, 0, 0])
  expect(exchange.connection?.write('more')).toBe(true)
})

test('a paused answer waits, without a timeout', async () => {
  await using script = await Script.answering(`HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n${'x'.repeat(400_000)}`)
  using pool = poolFor(script, { readTimeout: 40 })
  const paused = Promise.withResolvers<void>()
  class Slow extends Recorder {
    override onHead(head: ResponseHead): void {
      super.onHead(head)
      this.connection?.pause()
      paused.resolve()
    }
  }
  const exchange = new Slow().on(pool)
  await paused.promise
  const other = new Recorder().on(pool)
  const until = performance.now() + 120
  await expect.poll(() => performance.now() > until).toBe(true)
  expect(exchange.body).toBe('')
  exchange.connection?.resume()
  expect(await exchange.done).toBeUndefined()
  expect(await other.done).toBeUndefined()
  expect(exchange.body.length).toBe(400_000)
})

test('an exchange can be given up at any time', async () => {
  await using script = await Script.start(() => {})
  using pool = poolFor(script)
  const early = new Recorder().on(pool)
  early.connection?.abort(new Error('enough'))
  expect(await early.done).toMatchObject({ code: 'aborted', phase: 'connect', cause: { message: 'enough' } })
  early.connection?.abort()
  expect(pool.busy).toBe(0)
})

test('an upgrade hands over the socket with what came behind the head', async () => {
  await using script = await Script.start((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nearly')
      socket.pipe(socket)
    })
  })
  using pool = poolFor(script)
  const text = Promise.withResolvers<string>()
  class Switching extends Recorder {
    override onHead(): void {
      const socket = this.connection?.upgrade()
      let got = ''
      socket?.resume()
      socket?.on('data', (chunk: Buffer) => {
        got += chunk.toString()
        if (got === 'early') socket.write('late')
        if (got === 'earlylate') socket.end(() => text.resolve(got))
      })
    }
  }
  new Switching().on(pool)
  expect(await text.promise).toBe('earlylate')
  expect([pool.idle, pool.busy]).toEqual([0, 0])
})

test('connections are not kept beyond their number, requests, age or idle time', async () => {
  await using script = await Script.answering(ok)
  using one = poolFor(script, { idle: 0 })
  await new Recorder().on(one).done
  expect(one.idle).toBe(0)
  using two = poolFor(script, { maxRequests: 2 })
  await new Recorder().on(two).done
  expect(two.idle).toBe(1)
  await new Recorder().on(two).done
  expect(two.idle).toBe(0)
  using three = poolFor(script, { idleTimeout: 20 })
  await new Recorder().on(three).done
  expect(three.idle).toBe(1)
  await expect.poll(() => three.idle).toBe(0)
})

test('closing ends idle connections now and busy ones after their answer', async () => {
  const asked = Promise.withResolvers<void>()
  await using script = await Script.start((socket, index) =>
    socket.on('data', () => (index === 0 ? socket.write(ok) : asked.resolve())),
  )
  const pool = new ClientPool(script.address)
  const first = new Recorder().on(pool)
  const second = new Recorder().on(pool)
  await first.done
  await asked.promise
  pool.close()
  expect([pool.idle, pool.busy]).toEqual([0, 1])
  for (const socket of script.sockets) if (!socket.destroyed) socket.write(ok)
  expect(await second.done).toBeUndefined()
  expect([pool.idle, pool.busy]).toEqual([0, 0])
})
