/** What clients get and what the log says when the tier behind the proxy is missing, slow or talks nonsense. */
import { once } from 'node:events'
import { type AddressInfo, type Socket, createServer } from 'node:net'
import { RawClient, freePort, temporaryFolder } from '@trivet/testing'
import { fetch } from 'undici'
import { expect, test } from 'vitest'
import { startFront } from './stack.ts'

interface Proxy {
  readonly origin: string
  readonly log: () => Promise<string>
}

async function withProxy(http: string, use: (proxy: Proxy) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder()
  const port = await freePort()
  const proxy = await startFront('trivet-proxy', folder, port, http)
  try {
    await use({ origin: `http://127.0.0.1:${port}`, log: async () => await folder.read('error.log') })
    await proxy.stop('SIGQUIT')
  } finally {
    await proxy[Symbol.asyncDispose]()
  }
}

/** An upstream that does what it is told with each connection. */
async function withUpstream(serve: (socket: Socket) => void, use: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    serve(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    await use((server.address() as AddressInfo).port)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

const passTo = (port: number, more = ''): string =>
  `server { listen 127.0.0.1:PORT; location / { include uwsgi_params; uwsgi_pass 127.0.0.1:${port}; ${more} } }`

test('nobody listens: 502, and the log names address and step', async () => {
  const dead = await freePort()
  await withProxy(passTo(dead), async ({ origin, log }) => {
    expect((await fetch(`${origin}/page?x=1`)).status).toBe(502)
    const line = (await log()).split('\n').find((one) => one.includes('[error]'))
    expect(line).toContain('connect() failed (111: Connection refused) while connecting to upstream')
    expect(line).toContain('request: "GET /page?x=1 HTTP/1.1"')
    expect(line).toContain(`upstream: "uwsgi://127.0.0.1:${dead}"`)
  })
})

test('no answer in time: 504', async () => {
  await withUpstream(
    () => {},
    async (port) => {
      await withProxy(passTo(port, 'uwsgi_read_timeout 300ms;'), async ({ origin, log }) => {
        expect((await fetch(origin)).status).toBe(504)
        expect(await log()).toContain('timed out')
      })
    },
  )
})

test.each([
  ['closes without a byte', '', 502],
  ['is not HTTP', 'good morning\r\n\r\n', 502],
  ['has two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 502],
])('an answer that %s: %s', async (_name, answer, status) => {
  await withUpstream(
    (socket) => socket.once('data', () => socket.end(answer)),
    async (port) => {
      await withProxy(passTo(port), async ({ origin, log }) => {
        expect((await fetch(origin)).status).toBe(status)
        expect((await log()).split('\n').filter((line) => line.includes('[error]'))).toHaveLength(1)
      })
    },
  )
})

test('an answer shorter than its length: the client sees a cut connection, not a complete page', async () => {
  await withUpstream(
    (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort')),
    async (port) => {
      await withProxy(passTo(port, 'uwsgi_buffering off;'), async ({ origin }) => {
        await expect(fetch(origin).then(async (answer) => await answer.text())).rejects.toThrow()
      })
    },
  )
})

test('a second response head is not given to the next client', async () => {
  const evil = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngoodHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'
  await withUpstream(
    (socket) => socket.once('data', () => socket.write(evil)),
    async (port) => {
      const http = `server { listen 127.0.0.1:PORT; location / { proxy_pass http://127.0.0.1:${port}; } }`
      await withProxy(http, async ({ origin }) => {
        for (let i = 0; i < 3; i += 1) expect(await (await fetch(origin)).text()).toBe('good')
      })
    },
  )
})

test('malformed requests are answered 400 and the proxy goes on', async () => {
  await withProxy('server { listen 127.0.0.1:PORT; return 200 ok; }', async ({ origin }) => {
    const { port } = new URL(origin)
    for (const bytes of ['GET\r\n\r\n', 'GET / HTTP/1.1\r\nHost a\r\n\r\n', 'G\u0000T / HTTP/1.1\r\nHost: a\r\n\r\n']) {
      await using client = await RawClient.connect({ host: '127.0.0.1', port: Number(port) })
      await client.send(bytes)
      expect((await client.closed()).toString('latin1')).toMatch(/400 Bad Request/)
    }
    expect(await (await fetch(origin)).text()).toBe('ok')
  })
})
