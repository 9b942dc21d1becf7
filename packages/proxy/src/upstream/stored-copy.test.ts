import { createServer } from 'node:net'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bodyOf, serve, statusOf } from '../../test/served.ts'
import { loadConfig } from '../language/load.ts'
import { compileConfig } from '../model/compile.ts'

test('whole answers of status 200 are kept, with the time and the rights they shall have', async () => {
  await using proxy = await serve(
    (port, folder) => `server { listen 127.0.0.1:${port};
      location / { proxy_pass http://127.0.0.1:${port}/origin/; proxy_store on; proxy_store_access group:rw all:r; }
      location /named/ { proxy_pass http://127.0.0.1:${port}/origin/; proxy_store ${folder}/made/by$uri; }
      location /origin/ { alias ${folder}/files/; } }`,
    { 'files/a.txt': 'content' },
  )
  expect(bodyOf(await proxy.get('/a.txt'))).toBe('content')
  expect(readFileSync(`${proxy.folder}/a.txt`, 'latin1')).toBe('content')
  const [kept, origin] = [statSync(`${proxy.folder}/a.txt`), statSync(`${proxy.folder}/files/a.txt`)]
  expect(kept.mode & 0o777).toBe(0o664)
  expect(Math.floor(kept.mtimeMs / 1000)).toBe(Math.floor(origin.mtimeMs / 1000))
  await proxy.get('/named/a.txt')
  expect(readFileSync(`${proxy.folder}/made/by/named/a.txt`, 'latin1')).toBe('content')
  expect(statSync(`${proxy.folder}/made/by/named/a.txt`).mode & 0o777).toBe(0o600)
  // No copies of what is not there, of heads, and of parts.
  expect(statusOf(await proxy.get('/missing.txt'))).toBe(404)
  await proxy.raw('HEAD /named/b.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  expect(
    readdirSync(proxy.folder)
      .filter((name) => name !== 'nginx.conf')
      .toSorted(),
  ).toEqual(['a.txt', 'files', 'made'])
})

test('what is cut short, or cannot be written, is not kept, and the answer goes on', async () => {
  const upstream = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) =>
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${chunk.includes('cut') ? 100 : 5}\r\n\r\nshort`),
    )
  }).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  const { port: from } = upstream.address() as { port: number }
  await using proxy = await serve(
    (port, folder) => `server { listen 127.0.0.1:${port}; proxy_store on; root ${folder}/kept;
      location / { proxy_pass http://127.0.0.1:${from}; }
      location /no { proxy_store ${folder}/kept/old/x; proxy_pass http://127.0.0.1:${from}; } }`,
    { 'kept/old': 'old' },
  )
  await proxy.get('/cut')
  expect(readdirSync(`${proxy.folder}/kept`)).toEqual(['old'])
  expect(bodyOf(await proxy.get('/no'))).toBe('short')
  expect(proxy.errors.join('\n')).toMatch(/open\(\) ".*\/kept\/old\/x" failed \(.*\) while storing an answer/)
  upstream.close()
  await once(upstream, 'close')
})

test('rights that are none are refused', () => {
  const loaded = loadConfig('/nowhere/nginx.conf', { text: 'events {} http { uwsgi_store_access all:x; }' })
  expect(() => compileConfig(loaded, { prefix: '/nowhere' })).toThrow('invalid value "all:x"')
})
