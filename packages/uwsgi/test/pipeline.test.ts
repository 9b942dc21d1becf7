/** The client's side of pipelining against servers that answer, die and dawdle exactly as told. */
import { createServer, type Socket } from 'node:net'
import { temporaryFolder } from '@trivet/testing'
import type { ClientError } from '@trivet/http1/client'
import { expect, test } from 'vitest'
import { UwsgiExchange, UwsgiPool, type UwsgiRequest } from '../src/client.ts'
import { formatAcknowledgement, PacketParser, type PacketWriter } from '../src/index.ts'

/** One connection of the scripted server: requests queue up until the test answers them. */
class Peer {
  readonly socket: Socket
  readonly waiting: { path: string; nonce: string }[] = []

  constructor(socket: Socket) {
    this.socket = socket
  }

  answer(body: string, acknowledge = true): void {
    const request = this.waiting.shift()
    if (request === undefined) throw new Error('nobody waits for an answer')
    const sign = acknowledge ? `uwsgi-keepalive: ${formatAcknowledgement(request.nonce, 4, 1)}\r\n` : ''
    this.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${sign}\r\n${body}`)
    if (!acknowledge) this.socket.end()
  }
}

class Get extends UwsgiExchange {
  readonly method = 'GET'
  override readonly pipelinable = true
  readonly path: string
  readonly done: Promise<string>
  body = ''
  request: UwsgiRequest | undefined
  pauseOnData = false
  readonly #settle: (result: string) => void

  constructor(path: string) {
    super()
    this.path = path
    const { promise, resolve } = Promise.withResolvers<string>()
    this.done = promise
    this.#settle = resolve
  }

  addVars(writer: PacketWriter): void {
    writer.add('REQUEST_METHOD', 'GET')
    writer.add('PATH_INFO', this.path)
  }

  onHead(): void {}

  onData(chunk: Uint8Array): void {
    this.body += Buffer.from(chunk).toString('latin1')
    if (this.pauseOnData) this.request?.pause()
  }

  onEnd(): void {
    this.#settle(this.body)
  }

  onError(error: ClientError): void {
    this.#settle(`${error.code} in ${error.phase}`)
  }
}

interface Scene extends AsyncDisposable {
  readonly peers: Peer[]
  readonly pool: UwsgiPool
  start(path: string, pauseOnData?: boolean): Get
  /** Waits until so many requests wait on connection `index`. */
  waiting(index: number, count: number): Promise<Peer>
}

/** A pool that has been told a depth of 4 and a capacity of 1: two connections, then it deepens. */
async function scene(): Promise<Scene> {
  const folder = await temporaryFolder()
  const peers: Peer[] = []
  const server = createServer((socket) => {
    const peer = new Peer(socket)
    peers.push(peer)
    const parser = new PacketParser()
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      parser.push(chunk)
      for (let event = parser.next(); event !== 'need-data'; event = parser.next()) {
        const { vars, keepAlive } = parser.packet
        if (event === 'end') peer.waiting.push({ path: vars.get('PATH_INFO') ?? '', nonce: keepAlive ?? '' })
        if (event === 'paused') parser.startNext()
      }
    })
  })
  const path = folder.join('s')
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const pool = new UwsgiPool({ path })
  const it: Scene = {
    peers,
    pool,
    start(target, pauseOnData = false) {
      const exchange = new Get(target)
      exchange.pauseOnData = pauseOnData
      exchange.request = pool.request(exchange)
      return exchange
    },
    async waiting(index, count) {
      await expect.poll(() => peers[index]?.waiting.length, { interval: 2 }).toBe(count)
      const peer = peers[index]
      if (peer === undefined) throw new Error(`no connection ${index}`)
      return peer
    },
    async [Symbol.asyncDispose]() {
      pool.close()
      for (const { socket } of peers) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      await folder.remove()
    },
  }
  // Connection 0 is the pool's own and teaches the depth; 1 and 2 are proven, so that they can be deepened.
  const first = it.start('/first')
  const teacher = await it.waiting(0, 1)
  teacher.answer('')
  await first.done
  const proofs = [it.start('/p1'), it.start('/p2')]
  for (const index of [1, 2]) (await it.waiting(index, 1)).answer('')
  await Promise.all(proofs.map((proof) => proof.done))
  return it
}

test('with every worker busy, requests share connections, and each gets its own answer', async () => {
  await using it = await scene()
  const gets = ['/a', '/b', '/c', '/d'].map((path) => it.start(path))
  for (const index of [1, 2]) {
    const peer = await it.waiting(index, 2)
    while (peer.waiting.length > 0) peer.answer(`for ${peer.waiting[0]?.path}`)
  }
  expect(await Promise.all(gets.map((get) => get.done))).toEqual(['for /a', 'for /b', 'for /c', 'for /d'])
  expect(it.peers).toHaveLength(3)
})

test('when a connection dies, the answer that has begun is lost and those behind it are sent again', async () => {
  await using it = await scene()
  const gets = ['/a', '/b', '/c', '/d'].map((path) => it.start(path))
  const peer = await it.waiting(1, 2)
  const other = await it.waiting(2, 2)
  peer.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')
  await expect.poll(() => gets[0]?.body, { interval: 2 }).toBe('half')
  peer.socket.destroy()
  expect(await gets[0]?.done).toBe('closed in body')
  const again = await it.waiting(0, 1)
  expect(again.waiting[0]?.path).toBe('/c')
  again.answer('second try')
  expect(await gets[2]?.done).toBe('second try')
  other.answer('b')
  other.answer('d')
  expect([await gets[1]?.done, await gets[3]?.done]).toEqual(['b', 'd'])
})

test('an answer without acknowledgement sends those behind it elsewhere', async () => {
  await using it = await scene()
  const gets = ['/a', '/b', '/c'].map((path) => it.start(path))
  const peer = await it.waiting(1, 2)
  peer.answer('last', false)
  expect(await gets[0]?.done).toBe('last')
  ;(await it.waiting(0, 1)).answer('moved')
  expect(await gets[2]?.done).toBe('moved')
})

test('a reader that pauses holds nobody behind it', async () => {
  await using it = await scene()
  const slow = it.start('/slow', true)
  it.start('/other')
  const behind = it.start('/behind')
  const peer = await it.waiting(1, 2)
  peer.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf')
  ;(await it.waiting(0, 1)).answer('not held')
  expect(await behind.done).toBe('not held')
  slow.pauseOnData = false
  slow.request?.resume()
  peer.socket.write('half')
  expect(await slow.done).toBe('halfhalf')
})

test('a request given up is told so, and its answer reaches nobody', async () => {
  await using it = await scene()
  const gets = ['/a', '/b', '/c'].map((path) => it.start(path))
  const peer = await it.waiting(1, 2)
  gets[2]?.request?.abort()
  expect(await gets[2]?.done).toBe('aborted in head')
  peer.answer('a')
  peer.answer('nobody')
  expect(await gets[0]?.done).toBe('a')
  expect(gets[2]?.body).toBe('')
  const next = it.start('/next')
  gets[1]?.request?.abort()
  expect(await gets[1]?.done).toBe('aborted in head')
  await expect
    .poll(() => it.peers.flatMap(({ waiting }) => waiting.map(({ path }) => path)), { interval: 2 })
    .toContain('/next')
  for (const one of it.peers) while (one.waiting[0]?.path === '/next') one.answer('fresh')
  expect(await next.done).toBe('fresh')
})
