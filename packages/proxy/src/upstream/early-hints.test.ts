import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { serve, type Served } from '../../test/served.ts'

/** An upstream that hints twice before it answers. */
async function hinting(hints: string): Promise<{ port: number } & AsyncDisposable> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', () =>
      socket.end(
        `${hints}HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Last: yes\r\n\r\nanswer`,
      ),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

function proxyTo(upstream: number): Promise<Served> {
  return serve(
    (port) => `server { listen 127.0.0.1:${port}; early_hints $arg_first 1;
      location / { proxy_pass http://127.0.0.1:${upstream}; proxy_hide_header X-Secret; }
      location /off { early_hints 0 ""; proxy_pass http://127.0.0.1:${upstream}; } }`,
  )
}

const hint = 'HTTP/1.1 103 \r\nLink: </a.css>; rel=preload\r\nX-Secret: 1\r\nContent-Length: 3\r\n\r\n'

test('what an upstream says early goes on to clients of HTTP/1.1, where it is wanted', async () => {
  await using upstream = await hinting(hint + hint)
  await using proxy = await proxyTo(upstream.port)
  const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n'
  expect(await proxy.get('/')).toMatch(new RegExp(`^${early.repeat(2)}HTTP/1.1 200 OK\r\n[^]*answer$`))
  expect(await proxy.get('/off')).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(await proxy.raw('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
})

test('hints that are larger than a head may be, or empty, are left out', async () => {
  await using upstream = await hinting(
    `HTTP/1.1 103 x\r\n\r\n${`HTTP/1.1 103 x\r\nX: ${'x'.repeat(900)}\r\n\r\n`.repeat(6)}`,
  )
  await using proxy = await proxyTo(upstream.port)
  const answer = await proxy.get('/')
  expect(answer.match(/103 Early Hints/g)).toHaveLength(4)
  expect(answer).toMatch(/HTTP\/1\.1 200 OK\r\n[^]*answer$/)
  expect(proxy.errors.join('\n')).toContain('upstream sent too big early hints')
})
