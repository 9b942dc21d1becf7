/** Clients and upstreams that mean ill, over real sockets. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { bind } from '@trivet/prefork'
import { RawClient, eventually, freePort, temporaryFolder, type Folder } from '@trivet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../language/load.ts'
import { compileConfig } from '../model/compile.ts'
import { callbackErrorLog } from '../process/error-log.ts'
import { serveHttp, type HttpService } from './serve.ts'

const capacity = 6
/** More than the buffers of the system take. */
const largeSize = 16_000_000
let folder: Folder
let port: number
let service: HttpService
let upstream: Server
let close: () => void
const errors: string[] = []
/** Open connections of the upstream, and what it was sent. */
const upstreamSockets = new Set<Socket>()
let sent = ''

function config(upstreamPort: number): string {
  return `
    events { worker_connections ${capacity}; }
    http {
      access_log off;
      root ${folder.path};
      client_header_timeout 300ms; send_timeout 300ms; keepalive_timeout 300ms; keepalive_requests 1000000;
      server {
        listen 127.0.0.1:${port};
        location / { }
        location /redirect { return 302 http://other$uri; }
        location /field { add_header X-Uri $uri; return 200; }
        location /large { return 200 ${'x'.repeat(largeSize)}; }
        location /type { default_type text/plain; return 200 ok; }
        location /set { proxy_set_header X-Uri $uri; proxy_pass http://127.0.0.1:${upstreamPort}; }
        location /whole { proxy_pass http://127.0.0.1:${upstreamPort}$uri; }
        location /guarded { auth_request /guard; }
        location /guard { proxy_set_header Upgrade $http_upgrade; proxy_pass http://127.0.0.1:${upstreamPort}/up/switch; }
        location /up { proxy_pass http://127.0.0.1:${upstreamPort}; }
      }
    }`
}

beforeAll(async () => {
  folder = await temporaryFolder()
  port = await freePort()
  upstream = createServer((socket) => {
    upstreamSockets.add(socket)
    socket.on('close', () => upstreamSockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      sent += chunk.toString('latin1')
      socket.write(
        sent.includes('/up/switch')
          ? 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'
          : 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      )
    })
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', () => resolve()))
  const text = config((upstream.address() as { port: number }).port)
  const compiled = compileConfig(loadConfig(join(folder.path, 'nginx.conf'), { readFile: () => text }), {
    prefix: folder.path,
  })
  const listener = await bind({ host: '127.0.0.1', port })
  close = () => listener.close()
  service = await serveHttp(
    compiled,
    [{ fd: listener.fd, address: { host: '127.0.0.1', port } }],
    callbackErrorLog((line) => errors.push(line), 'info'),
  )
})

afterAll(async () => {
  await service.drain(1000)
  close()
  upstream.close()
  await folder[Symbol.asyncDispose]()
})

function get(path: string): Promise<string> {
  return exchange(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
}

async function exchange(text: string): Promise<string> {
  await using client = await RawClient.connect({ host: '127.0.0.1', port })
  await client.send(text)
  return (await client.closed()).toString('latin1')
}

test.each(['/redirect', '/field'])('line ends in %s begin no field of the answer', async (path) => {
  const answer = await get(`${path}/a%0d%0aEvil:%20yes`)
  expect(answer).toMatch(/^HTTP\/1\.1 [23]/)
  expect(answer).toContain('Evil')
  expect(answer).not.toMatch(/^Evil/m)
})

test.each(['/set', '/whole'])(
  'line ends and spaces in %s begin nothing in the request to an upstream',
  async (path) => {
    sent = ''
    await get(`${path}/a%20HTTP/1.1%0d%0aEvil:%20yes%0d%0a%0d%0aGET%20/evil`)
    expect(sent).toContain('Evil')
    expect(sent).not.toMatch(/^Evil/m)
    expect(sent.match(/^GET /gm)).toHaveLength(1)
  },
)

test('a line of the error log cannot be forged', async () => {
  await get('/missing%0aforged')
  expect(errors.some((line) => line.includes('missing\\x0Aforged'))).toBe(true)
  expect(errors.some((line) => line.includes('\nforged'))).toBe(false)
})

test('a head that comes byte by byte has its time on a kept connection, too', async () => {
  await using client = await RawClient.connect({ host: '127.0.0.1', port })
  await client.send('GET /type HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => client.received.includes('ok'))
  const drip = setInterval(() => void client.send('G'.repeat(1)).catch(() => clearInterval(drip)), 50)
  try {
    await client.closed()
  } finally {
    clearInterval(drip)
  }
})

test('a client that never reads its last answer is let go', async () => {
  const client = connect({ host: '127.0.0.1', port })
  client.pause()
  const before = errors.length
  client.write('GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  await eventually(() => errors.slice(before).some((line) => line.includes('timed out')))
  let received = 0
  client.on('data', (chunk) => (received += chunk.length)).on('error', () => client.destroy())
  const end = new Promise((resolve) => client.once('close', resolve))
  client.resume()
  await end
  expect(received).toBeLessThan(largeSize)
})

test('requests of a client that takes no answers wait', async () => {
  const client = connect({ host: '127.0.0.1', port })
  client.pause()
  client.on('error', () => client.destroy())
  const before = errors.length
  const requests = 'GET /type HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1000)
  const flood = (): void => {
    while (client.write(requests));
  }
  client.on('drain', flood)
  flood()
  await eventually(() => errors.slice(before).some((line) => line.includes('timed out')))
  client.destroy()
})

test('an upstream that switches protocols unasked gets its head through, and both connections are closed', async () => {
  sent = ''
  const answer = await exchange('GET /up/switch HTTP/1.1\r\nHost: a\r\n\r\nGET /up/next HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n(?:.+\r\n)+\r\n$/)
  expect(sent).not.toContain('next')
  await eventually(() => ![...upstreamSockets].some((socket) => !socket.destroyed && sent.includes('switch')))
})

test("an upstream that switches protocols in a subrequest does not get the client's connection", async () => {
  sent = ''
  const answer = await exchange('GET /guarded HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: close\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 500 /)
  expect(errors.join('\n')).toContain('connection upgrade in subrequest')
})

test('there are no more connections than worker_connections', async () => {
  const clients = Array.from({ length: capacity * 2 }, () => connect({ host: '127.0.0.1', port }))
  let closed = 0
  for (const client of clients)
    client
      .on('close', () => closed++)
      .on('error', () => client.destroy())
      .resume()
  await eventually(() => errors.some((line) => line.includes(`${capacity} worker_connections are not enough`)))
  await eventually(() => closed >= capacity)
  for (const client of clients) client.destroy()
})
