/** Peers that mean harm, or have bad luck; each test is a way in which the server once failed. */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { RawClient } from '@trivet/testing'
import type { Application } from '@trivet/gateway'
import { expect, test } from 'vitest'
import { forward, serve, type UwsgiServer, type UwsgiServerOptions } from '../src/gateway.ts'
import { encodePacket, keepAliveHeader } from '../src/index.ts'

interface Running extends AsyncDisposable {
  readonly server: UwsgiServer
  readonly errors: string[]
  connect(): Promise<RawClient>
}

async function running(application: Application, options: UwsgiServerOptions = {}): Promise<Running> {
  const errors: string[] = []
  const quiet = { write: (text: string) => void errors.push(text), writelines() {}, flush() {} }
  const server = serve(application, { log: () => {}, errors: quiet, ...options })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.address() as AddressInfo
  return {
    server,
    errors,
    connect: () => RawClient.connect({ host: '127.0.0.1', port }),
    async [Symbol.asyncDispose]() {
      server.close()
      await server.drain()
    },
  }
}

function packet(vars: Record<string, string> = {}): Uint8Array {
  return encodePacket(Object.entries({ REQUEST_METHOD: 'GET', PATH_INFO: '/', ...vars }))
}

test('a body that ends by close and breaks off is a reset, which nginx does not take for the end', async () => {
  await using it = await running(async function* (_, startResponse) {
    startResponse('200 OK', [])
    yield Buffer.from('part')
    throw new Error('no more')
  })
  await using client = await it.connect()
  await client.send(packet())
  await client.closed()
  expect(client.error).toMatchObject({ code: 'ECONNRESET' })
})

test('pipelined requests of a peer that reads no answers are not run ahead', async () => {
  let calls = 0
  await using it = await running((_, startResponse) => {
    calls++
    startResponse('200 OK', [])
    return [Buffer.alloc(1024 * 1024, 'x')]
  })
  await using client = await it.connect()
  client.socket.pause()
  await client.send(Buffer.concat(Array.from({ length: 100 }, () => packet({ UWSGI_KEEPALIVE: 'n' }))))
  await expect.poll(() => calls).toBeGreaterThan(0)
  expect(calls).toBeLessThan(20)
  await client.send(packet())
  client.socket.resume()
  expect((await client.closed()).length).toBeGreaterThan(101 * 1024 * 1024)
  expect(calls).toBe(101)
})

test('a large body that filled the queue and is not read is read away, when the server may', async () => {
  const size = 600_000
  await using it = await running(
    async (environ, startResponse) => {
      // Time for what has come to be read, until the wire is paused.
      for (let turn = 0; turn < 50; turn++) await setImmediate()
      startResponse('200 OK', [])
      return [Buffer.from(`[${environ.PATH_INFO}]`)]
    },
    { unreadBody: size },
  )
  await using client = await it.connect()
  await client.send(packet({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(size), UWSGI_KEEPALIVE: 'n' }))
  const sent = client.send(Buffer.alloc(size))
  expect(await client.until('[/]')).toContain(keepAliveHeader)
  await sent
  await client.send(packet({ PATH_INFO: '/next', UWSGI_KEEPALIVE: 'n' }))
  await client.until('[/next]')
})

test('the Proxy header is not passed on', async () => {
  await using it = await running((environ, startResponse) => {
    startResponse('200 OK', [])
    return [Buffer.from(`[${environ['HTTP_PROXY'] ?? 'none'}]`)]
  })
  await using client = await it.connect()
  await client.send(packet({ HTTP_PROXY: 'http://evil' }))
  await client.until('[none]')
})

test('a POST whose kept connection dies unanswered may have been carried out: it is not sent again', async () => {
  let requests = 0
  const sockets: Socket[] = []
  const peer = createServer((socket) => {
    sockets.push(socket)
    socket
      .on('error', () => {})
      .on('data', (data) => {
        requests++
        if (data.includes('POST')) return socket.resetAndDestroy()
        const nonce = /UWSGI_KEEPALIVE..([\w-]+)/s.exec(data.toString('latin1'))?.[1]
        return socket.write(`HTTP/1.1 200 OK\r\n${keepAliveHeader}: ${nonce}\r\nContent-Length: 2\r\n\r\nok`)
      })
  })
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve))
  await using it = await running(forward(`127.0.0.1:${(peer.address() as AddressInfo).port}`))
  const statuses: string[] = []
  for (const method of ['GET', 'GET', 'POST']) {
    await using client = await it.connect()
    await client.send(packet({ REQUEST_METHOD: method }))
    statuses.push((await client.closed()).toString('latin1').slice(9, 12))
  }
  expect([statuses, sockets.length, requests]).toEqual([['200', '200', '502'], 1, 3])
  peer.close()
})

test('draining twice, and closing meanwhile, resolves everything', async () => {
  await using it = await running(() => new Promise(() => {}))
  await using client = await it.connect()
  await client.send(packet())
  await expect.poll(() => it.server.connections).toBe(1)
  const drains = [it.server.drain(), it.server.drain()]
  it.server.close()
  await Promise.all(drains)
})
