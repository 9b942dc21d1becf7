/** Requests made inside the proxy: who may come in, copies, additions; and filters that change bodies on their way. */
import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync, brotliDecompressSync, zstdDecompressSync } from 'node:zlib'
import { RawClient } from '@trivet/testing'
import { expect, test } from 'vitest'
import { bodyOf, serve, statusOf } from '../../test/served.ts'

const large = 'abcdefghij'.repeat(30_000)

test('a subrequest says who is let in, and gives variables their values', async () => {
  await using proxy = await serve(
    (port) => `server { listen 127.0.0.1:${port};
      location /page { auth_request /check; auth_request_set $who $upstream_http_x_user; add_header X-Who $who; }
      location /any { satisfy any; deny all; auth_request /check; alias ${import.meta.filename}; }
      location = /check { internal; proxy_pass http://127.0.0.1:${port}/decide; }
      location = /decide { if ($http_x_ask = wait) { rewrite ^ /slow last; }
        if ($http_x_ask = challenge) { add_header WWW-Authenticate Basic always; return 401; }
        if ($http_x_ask = strange) { return 500; } if ($http_x_ask) { add_header X-User "user-$http_x_ask"; return 204; } return 403; }
      location /slow { limit_rate 10k; add_header X-User slow; alias ${import.meta.filename}; } }`,
    { page: 'page' },
  )
  const ask = (what: string, target = '/page'): Promise<string> => proxy.get(target, `X-Ask: ${what}\r\n`)
  expect(await ask('me')).toMatch(/^HTTP\/1\.1 200 [^]*X-Who: user-me\r\n[^]*page$/)
  expect(await ask('wait')).toMatch(/X-Who: slow\r\n/)
  expect(statusOf(await proxy.get('/page'))).toBe(403)
  expect(await ask('challenge')).toMatch(/^HTTP\/1\.1 401 [^]*WWW-Authenticate: Basic\r\n/)
  expect(statusOf(await ask('strange'))).toBe(500)
  expect([statusOf(await ask('me', '/any')), statusOf(await proxy.get('/any'))]).toEqual([200, 403])
  expect(proxy.errors.join('\n')).toContain('auth request unexpected status: 500')
})

test('additions stand in their places, whatever takes how long', async () => {
  await using proxy = await serve(
    (port) => `server { listen 127.0.0.1:${port}; types { text/html html; }
      location / { add_before_body /slow/head; add_after_body /tail; }
      location /slow/ { limit_rate 1m; rewrite ^/slow(/.*)$ $1 break; }
      location /tail { return 200 tail; } location /loop { add_before_body /missing; } }`,
    { head: 'head', 'page.html': `<${large}>`, 'loop.html': 'loop' },
  )
  const answer = await proxy.get('/page.html')
  expect(answer).not.toContain('Content-Length')
  expect(bodyOf(answer)).toBe(`head<${large}>tail`)
  expect(bodyOf(await proxy.get('/loop.html'))).toMatch(/404 Not Found[^]*loop$/)
})

test('copies of requests have their bodies, and the next request waits for them', async () => {
  await using proxy = await serve(
    (port) => `log_format copy '$request_method $uri $request_body'; 
      server { listen 127.0.0.1:${port};
      location / { mirror /copy; proxy_pass http://127.0.0.1:${port}/sink; }
      location = /copy { internal; proxy_pass http://127.0.0.1:${port}/copied$request_uri; }
      location /sink { return 200 sink; } location /copied { proxy_pass http://127.0.0.1:${port}/sink; access_log copies copy; } }`,
  )
  const post = 'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody'
  const both = await proxy.raw(`${post}GET /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  expect(both.match(/sink/g)).toHaveLength(2)
  await expect
    .poll(() => readFileSync(`${proxy.folder}/copies`, 'latin1').trim().split('\n'))
    .toEqual(['POST /copied/x body', 'GET /copied/y -'])
})

test('bodies are packed and unpacked as clients can have it', async () => {
  await using proxy = await serve(
    (port) => `gzip_vary on; server { listen 127.0.0.1:${port}; types { text/html html; }
      location /packed { gunzip on; gzip_static always; } location /static { gzip_static on; brotli_static on; }
      location /all.html { gzip on; brotli on; zstd on; } }`,
    {
      'packed.html.gz': gzipSync(large),
      'static.html': 'plain',
      'static.html.gz': gzipSync('zipped'),
      'static.html.br': 'brotli',
      'all.html': large,
    },
  )
  expect(bodyOf(await proxy.get('/packed.html'))).toBe(large)
  const accept = (coding: string): string => `Accept-Encoding: ${coding}\r\n`
  expect(await proxy.get('/packed.html', accept('gzip'))).toContain('Content-Encoding: gzip')
  expect(bodyOf(await proxy.get('/static.html'))).toBe('plain')
  expect(await proxy.get('/static.html', accept('br'))).toMatch(
    /Vary: Accept-Encoding\r\nContent-Encoding: br\r\n[^]*brotli$/,
  )
  const packed = async (coding: string): Promise<Buffer> =>
    Buffer.from(bodyOf(await proxy.get('/all.html', accept(coding))), 'latin1')
  expect(gunzipSync(await packed('gzip')).toString('latin1')).toBe(large)
  expect(brotliDecompressSync(await packed('br, gzip')).toString('latin1')).toBe(large)
  expect(zstdDecompressSync(await packed('gzip, zstd')).toString('latin1')).toBe(large)
})

test('an answer that is cut in the middle of its packing is broken off', async () => {
  await using proxy = await serve(
    (port) => `server { listen 127.0.0.1:${port}; location / { gunzip on; gzip_static always; } }`,
    {
      'cut.gz': gzipSync(large).subarray(0, 200),
    },
  )
  const answer = await proxy.get('/cut')
  expect(answer).toMatch(/Transfer-Encoding: chunked/)
  expect(answer).not.toMatch(/\r\n0\r\n\r\n$/)
  expect(proxy.errors.join('\n')).toContain('inflate() failed')
})

test('texts are replaced in what was packed, and what went before is not asked for again', async () => {
  await using proxy = await serve(
    (port) => `server { listen 127.0.0.1:${port}; types { text/html html; }
      location / { sub_filter_once off; sub_filter Abc '[$arg_x]'; sub_filter '</end>' !; } }`,
    { 'page.html': `${'abc-'.repeat(20_000)}</END>`, 'other.txt': 'abc' },
  )
  const answer = await proxy.get('/page.html?x=y')
  expect(answer).not.toMatch(/Last-Modified|ETag|Accept-Ranges/)
  expect(bodyOf(answer)).toBe(`${'[y]-'.repeat(20_000)}!`)
  expect(bodyOf(await proxy.get('/other.txt'))).toBe('abc')
  await using client = await RawClient.connect({ host: '127.0.0.1', port: proxy.port })
  await client.send('HEAD /page.html HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  expect((await client.closed()).toString('latin1')).toMatch(/\r\n\r\n$/)
})
