import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { bind } from '@trivet/prefork'
import { PacketParser } from '@trivet/uwsgi'
import { RawClient, eventually, freePort, temporaryFolder, type Folder } from '@trivet/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../language/load.ts'
import { compileConfig } from '../model/compile.ts'
import { callbackErrorLog } from '../process/error-log.ts'
import { serveHttp, type HttpService } from './serve.ts'

let folder: Folder
let port: number
let service: HttpService
let upstream: Server
let upstreamPort: number
let close: () => void
let uwsgi: Server
let uwsgiPort: number
const errors: string[] = []
/** What the upstream does with a request, by its path. */
const behaviour = new Map<string, (socket: Socket, request: string) => void>()
let upstreamConnections = 0

function config(dead: number): string {
  return `
    events {}
    http {
      access_log access.log short;
      log_format short '$request_method $uri $status $body_bytes_sent $upstream_status';
      root ${folder.path}/html;
      keepalive_timeout 2s;
      client_body_temp_path ${folder.path}/body;
      map $arg_kind $kind { default plain; ~^x(?<tail>.*)$ "x:$tail"; }
      upstream several { server 127.0.0.1:${dead}; server 127.0.0.1:${upstreamPort}; }
      server {
        listen 127.0.0.1:${port};
        server_name localhost;
        location / { index index.html; }
        location /zip/ { gzip on; gzip_min_length 0; gzip_vary on; alias ${folder.path}/html/; types { text/html bin; } }
        location /list/ { alias ${folder.path}/html/; index none; autoindex on; charset utf-8; }
        location /uw/ { uwsgi_pass 127.0.0.1:${uwsgiPort}; uwsgi_param CONTENT_LENGTH $content_length; uwsgi_param HTTPS $https if_not_empty; uwsgi_param PATH_INFO $document_uri;
          location /uw/stream { uwsgi_pass 127.0.0.1:${uwsgiPort}; uwsgi_request_buffering off; }
          location /uw/spill { client_body_buffer_size 2; uwsgi_pass 127.0.0.1:${uwsgiPort}; } }
        location = /exact { return 200 exact; }
        location /pre { return 200 prefix; }
        location ^~ /pre/final { return 200 final; }
        location ~ ^/pre/(?<word>\\w+)\\.re$ { return 200 "regex $word $1"; }
        location /vars { return 200 "$uri|$args|$arg_a|$http_x_a|$cookie_c|$kind|$host|$is_args"; }
        location /old { rewrite ^/old/(.*)$ /vars/$1?n=1 last; }
        location /gone { rewrite ^ http://other/x permanent; }
        location /set { set $a 1; if ($arg_q = go) { set $a 2; } return 200 $a; }
        location /try { try_files $uri $uri/ @named; }
        location @named { return 200 "named $uri"; }
        location /missing { error_page 404 = /exact; return 404; }
        location /teapot { error_page 404 =418 /exact; return 404; }
        location /loop { rewrite ^ /loop last; }
        location /inside { internal; return 200 inside; }
        location /deny { deny all; }
        location /small { client_max_body_size 4; proxy_pass http://127.0.0.1:${upstreamPort}; }
        location /up/ { proxy_pass http://127.0.0.1:${upstreamPort}; proxy_read_timeout 300ms; }
        location /part/ { proxy_pass http://127.0.0.1:${upstreamPort}/up/; }
        location /several/ { proxy_pass http://several/up/; }
        location /dead { proxy_pass http://127.0.0.1:${dead}; }
        location /ws { proxy_pass http://127.0.0.1:${upstreamPort}; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }
        location /stream { proxy_pass http://127.0.0.1:${upstreamPort}/up/; proxy_request_buffering off; }
        location /spill { client_body_buffer_size 8; proxy_pass http://127.0.0.1:${upstreamPort}/up/; }
      }
    }`
}

function startUpstream(): Promise<Server> {
  const server = createServer((socket) => {
    upstreamConnections++
    let text = ''
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const head = text.indexOf('\r\n\r\n')
      if (head === -1) return
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
      const isWhole = /transfer-encoding: chunked/i.test(text)
        ? text.endsWith('0\r\n\r\n')
        : text.length >= head + 4 + length
      if (!isWhole) return
      const path = text.split(' ')[1] ?? ''
      const act = behaviour.get(path)
      const request = text
      text = ''
      if (act !== undefined) act(socket, request)
      else
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Length: ${request.length}\r\nX-Up: yes\r\nServer: hidden\r\n\r\n${request}`,
        )
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

/** A uwsgi server that shows what it was sent: modifier, vars, body. */
function startUwsgi(): Promise<Server> {
  const server = createServer((socket) => {
    const parser = new PacketParser()
    let text = ''
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      parser.push(chunk)
      for (let event = parser.next(); event !== 'need-data'; event = parser.next()) {
        if (event === 'packet')
          text = `${parser.packet.modifier1} ${[...parser.packet.vars].filter(([key]) => key !== 'UWSGI_KEEPALIVE').join(' ')} `
        else if (event === 'data') text += Buffer.from(parser.data).toString('latin1')
        else {
          socket.end(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n${text}`)
          return
        }
      }
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

beforeAll(async () => {
  folder = await temporaryFolder()
  mkdirSync(join(folder.path, 'html/sub'), { recursive: true })
  writeFileSync(join(folder.path, 'html/index.html'), 'the index')
  writeFileSync(join(folder.path, 'html/sub/index.html'), 'sub index')
  writeFileSync(join(folder.path, 'html/digits.txt'), '0123456789')
  writeFileSync(join(folder.path, 'html/large.bin'), Buffer.alloc(1_000_000, 'abcdefghij'))
  port = await freePort()
  upstream = await startUpstream()
  uwsgi = await startUwsgi()
  uwsgiPort = (uwsgi.address() as { port: number }).port
  upstreamPort = (upstream.address() as { port: number }).port
  const text = config(await freePort())
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
  uwsgi.close()
  await folder[Symbol.asyncDispose]()
})

async function raw(text: string): Promise<string> {
  await using client = await RawClient.connect({ host: '127.0.0.1', port })
  await client.send(text)
  return (await client.closed()).toString('latin1')
}

function dechunk(text: string): string {
  const size = Number.parseInt(text, 16)
  const start = text.indexOf('\r\n') + 2
  return size === 0 ? '' : text.slice(start, start + size) + dechunk(text.slice(start + size + 2))
}

const get = (target: string, headers = ''): Promise<string> =>
  raw(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n${headers}Connection: close\r\n\r\n`)
const status = (answer: string): number => Number(answer.split(' ')[1])
const body = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4)

describe('locations and rewriting', () => {
  test.each([
    ['/exact', 'exact'],
    ['/exact/more', ''],
    ['/prefix', 'prefix'],
    ['/pre/word.re', 'regex word word'],
    ['/pre/final.re', 'final'],
    ['/vars?a=1', '/vars|a=1|1|||plain|localhost|?'],
    ['/vars?kind=xyz', '/vars|kind=xyz||||x:yz|localhost|?'],
    ['/old/b%20c?d', '/vars/b c|n=1&d||||plain|localhost|?'],
    ['/set', '1'],
    ['/set?q=go', '2'],
    ['/try/nothing', 'named /try/nothing'],
    ['/missing', 'exact'],
    ['//exact', 'exact'],
    ['/a/../exact', 'exact'],
    ['http://localhost/exact', 'exact'],
  ])('%s', async (target, text) => {
    const answer = await get(target)
    expect(text === '' ? status(answer) : body(answer)).toBe(text === '' ? 404 : text)
  })

  test.each([
    ['/teapot', 418],
    ['/loop', 500],
    ['/inside', 404],
    ['/deny', 403],
    ['/..', 400],
    ['/nothing', 404],
  ])('%s is %d', async (target, code) => {
    expect(status(await get(target))).toBe(code)
  })

  test('headers and cookies as variables', async () => {
    expect(body(await get('/vars', 'X-A: 1\r\nX-A: 2\r\nCookie: b=1; c=2\r\n'))).toBe('/vars|||1, 2|2|plain|localhost|')
  })

  test('redirects are absolute', async () => {
    expect(await get('/gone?a')).toMatch(/^HTTP\/1.1 301 [^]*\r\nLocation: http:\/\/other\/x\?a\r\n/)
    expect(await get('/sub')).toContain(`\r\nLocation: http://localhost:${port}/sub/\r\n`)
    expect(await get('/several')).toContain(`\r\nLocation: http://localhost:${port}/several/\r\n`)
  })
})

describe('files', () => {
  test('the index of a folder', async () => {
    expect(body(await get('/'))).toBe('the index')
    expect(body(await get('/sub/'))).toBe('sub index')
  })

  test('a large file arrives whole', async () => {
    const answer = await get('/large.bin')
    expect(body(answer).length).toBe(1_000_000)
    expect(body(answer).endsWith('abcdefghij')).toBe(true)
  })

  test('HEAD sends the head alone', async () => {
    const answer = await raw('HEAD /digits.txt HTTP/1.0\r\n\r\n')
    expect(answer).toMatch(/\r\nContent-Length: 10\r\n/)
    expect(body(answer)).toBe('')
  })

  test.each([
    ['bytes=2-4', 206, '234'],
    ['bytes=-2', 206, '89'],
    ['bytes=20-', 416, undefined],
  ])('Range: %s', async (range, code, text) => {
    const answer = await get('/digits.txt', `Range: ${range}\r\n`)
    expect(status(answer)).toBe(code)
    if (text !== undefined) expect(body(answer)).toBe(text)
  })

  test('several ranges', async () => {
    const answer = await get('/digits.txt', 'Range: bytes=0-1,8-9\r\n')
    const mark = /boundary=(\w+)/.exec(answer)?.[1] ?? ''
    expect(Number(/Content-Length: (\d+)/.exec(answer)?.[1])).toBe(body(answer).length)
    expect(
      body(answer)
        .split(`--${mark}`)
        .map((part) => part.split('\r\n\r\n')[1]?.trim()),
    ).toEqual([undefined, '01', '89', undefined])
  })

  test('conditions', async () => {
    const answer = await get('/digits.txt')
    const etag = /\r\nETag: (.*)\r\n/.exec(answer)?.[1] ?? ''
    const date = /\r\nLast-Modified: (.*)\r\n/.exec(answer)?.[1] ?? ''
    expect(status(await get('/digits.txt', `If-None-Match: ${etag}\r\n`))).toBe(304)
    expect(status(await get('/digits.txt', `If-Modified-Since: ${date}\r\n`))).toBe(304)
    expect(status(await get('/digits.txt', 'If-Match: "other"\r\n'))).toBe(412)
    expect(status(await get('/digits.txt', 'If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n'))).toBe(412)
    expect(status(await get('/digits.txt', `Range: bytes=0-0\r\nIf-Range: ${etag}\r\n`))).toBe(206)
    expect(status(await get('/digits.txt', 'Range: bytes=0-0\r\nIf-Range: "other"\r\n'))).toBe(200)
  })

  test('a list of a folder', async () => {
    const answer = await get('/list/')
    expect(answer).toContain('\r\nContent-Type: text/html; charset=utf-8\r\n')
    const names = [...body(answer).matchAll(/<a href="([^"]*)">/g)].map((match) => match[1])
    expect(names).toEqual(['../', 'sub/', 'digits.txt', 'index.html', 'large.bin'])
    expect(body(answer)).toMatch(/<a href="digits.txt">digits.txt<\/a> {41}\d\d-\w{3}-\d{4} \d\d:\d\d {18}10\r\n/)
  })

  test('compressed answers', async () => {
    await using client = await RawClient.connect({ host: '127.0.0.1', port })
    await client.send('GET /zip/large.bin HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n')
    expect((await client.closed()).toString('latin1')).not.toContain('Content-Encoding')
    const answer = await raw(
      'GET /zip/large.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n',
    )
    expect(answer).toMatch(/\r\nETag: W\/"[^]*\r\nVary: Accept-Encoding\r\nContent-Encoding: gzip\r\n/)
    expect(gunzipSync(Buffer.from(dechunk(body(answer)), 'latin1')).length).toBe(1_000_000)
  })

  test('other methods are not allowed', async () => {
    expect(status(await raw('DELETE /digits.txt HTTP/1.0\r\n\r\n'))).toBe(405)
  })
})

describe('connections', () => {
  test('pipelined requests are answered in order', async () => {
    await using client = await RawClient.connect({ host: '127.0.0.1', port })
    await client.send(
      'GET /exact HTTP/1.1\r\nHost: h\r\n\r\nGET /prefix HTTP/1.1\r\nHost: h\r\n\r\nGET /up/x HTTP/1.1\r\nHost: h\r\n\r\nGET /set HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
    )
    const text = (await client.closed()).toString('latin1')
    const order = ['exact', 'prefix', 'GET /up/x', '\r\n\r\n1'].map((part) => text.indexOf(part))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order).not.toContain(-1)
  })

  test('a request that comes byte by byte', async () => {
    await using client = await RawClient.connect({ host: '127.0.0.1', port })
    await client.sendPieces('GET /exact HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
    expect(body((await client.closed()).toString('latin1'))).toBe('exact')
  })

  test('HTTP/1.0 closes, HTTP/0.9 has no head', async () => {
    expect(await raw('GET /exact HTTP/1.0\r\n\r\n')).toMatch(/\r\nConnection: close\r\n\r\nexact$/)
    expect(await raw('GET /exact\r\n')).toBe('exact')
  })

  test('an idle connection is closed after keepalive_timeout', async () => {
    await using client = await RawClient.connect({ host: '127.0.0.1', port })
    await client.send('GET /exact HTTP/1.1\r\nHost: h\r\n\r\n')
    expect((await client.closed(5000)).toString()).toMatch(/keep-alive[^]*exact$/)
  })

  test.each([
    ['GET / HTTP/1.1\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n', 400],
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n', 501],
    ['TRACE / HTTP/1.1\r\nHost: a\r\n\r\n', 405],
    ['POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345', 413],
    ['POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n', 413],
    ['POST /up/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\n', 400],
  ])('%j is %d', async (text, code) => {
    expect(status(await raw(text))).toBe(code)
  })

  test('an unwanted body is read over and the connection kept', async () => {
    const answer = await raw(
      'POST /exact HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345GET /set HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/exactHTTP\/1.1 200 OK[^]*1$/)
  })
})

describe('upstreams', () => {
  test('the request as the upstream sees it', async () => {
    const answer = await get('/up/a%2Fb?c', 'X-A: 1\r\nTE: x\r\n')
    expect(body(answer)).toBe(`GET /up/a%2Fb?c HTTP/1.1\r\nHost: 127.0.0.1:${upstreamPort}\r\nX-A: 1\r\n\r\n`)
    expect(answer).toContain('\r\nX-Up: yes\r\n')
    expect(answer).toContain('\r\nServer: nginx/')
  })

  test('a URI in proxy_pass replaces the prefix', async () => {
    expect(body(await get('/part/x%20y?z'))).toMatch(/^GET \/up\/x%20y\?z HTTP/)
  })

  test.each(['/up/', '/stream', '/spill'])('a body through %s', async (path) => {
    const text = 'x'.repeat(100)
    const answer = await raw(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100\r\n\r\n${text}`,
    )
    expect(body(answer)).toMatch(/Content-Length: 100\r\n[^]*x{100}$/)
  })

  test('a chunked body gets a length when it is buffered, and stays chunked when it comes bit by bit', async () => {
    const head = (path: string): string =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`
    expect(body(await raw(`${head('/up/')}2\r\nab\r\n1\r\nc\r\n0\r\n\r\n`))).toMatch(/Content-Length: 3\r\n[^]*abc$/)
    await using client = await RawClient.connect({ host: '127.0.0.1', port })
    await client.sendPieces([head('/stream'), '2\r\nab\r\n', '1\r\nc\r\n', '0\r\n\r\n'])
    expect(body((await client.closed()).toString('latin1'))).toMatch(/Transfer-Encoding: chunked\r\n[^]*0\r\n\r\n$/)
  })

  test('connections are kept', async () => {
    await get('/up/1')
    const before = upstreamConnections
    await get('/up/2')
    await get('/up/3')
    expect(upstreamConnections).toBe(before)
  })

  test('100 Continue is sent when the body is wanted', async () => {
    await using client = await RawClient.connect({ host: '127.0.0.1', port })
    await client.send(
      'POST /up/ HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n',
    )
    await client.until('HTTP/1.1 100 Continue\r\n\r\n')
    await client.send('abc')
    expect((await client.closed()).toString()).toMatch(/200 OK[^]*abc$/)
  })

  test('a client that waits for 100 Continue until it is answered is told that the connection closes', async () => {
    const answer = await raw('POST /nothing HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 404 [^]*\r\nConnection: close\r\n/)
    expect(answer).not.toContain('Continue')
  })

  test('a dead server is a 502 that says why, the next one is asked where there is one', async () => {
    const answer = await get('/dead')
    expect(status(answer)).toBe(502)
    expect(body(answer)).toContain('connect() failed (111: Connection refused) while connecting to upstream')
    expect(errors.at(-1)).toMatch(
      /\[error\] .*connect\(\) failed \(111: Connection refused\) while connecting to upstream, client: 127\.0\.0\.1, server: localhost, request: "GET \/dead HTTP\/1\.1", upstream: "http:\/\/127\.0\.0\.1:\d+\/dead", host: "localhost"/,
    )
    for (let i = 0; i < 3; i++) expect(status(await get('/several/x'))).toBe(200)
  })

  test('silence is a 504', async () => {
    behaviour.set('/up/silent', () => undefined)
    expect(status(await get('/up/silent'))).toBe(504)
    expect(errors.at(-1)).toContain(
      'upstream timed out (110: Connection timed out) while reading response header from upstream',
    )
  })

  test.each([
    ['nothing', ''],
    ['half a head', 'HTTP/1.1 200 OK\r\nA'],
    ['no HTTP', 'hello\r\n\r\n'],
  ])('%s is a 502', async (name, text) => {
    behaviour.set('/up/bad', (socket) => socket.end(text))
    expect(status(await get('/up/bad'))).toBe(502)
  })

  test('an answer that breaks off breaks off for the client, too', async () => {
    behaviour.set('/up/cut', (socket) =>
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'),
    )
    const answer = await get('/up/cut')
    expect(answer).toContain('abc')
    expect(answer.endsWith('0\r\n\r\n')).toBe(false)
  })

  test('a request over uwsgi: params in order, repeated fields joined, empty ones left out on request', async () => {
    const answer = await get('/uw/x', 'X-A: 1\r\nX-A: 2\r\n')
    expect(dechunk(body(answer))).toBe(
      '0 CONTENT_LENGTH, PATH_INFO,/uw/x HTTP_HOST,localhost HTTP_X_A,1, 2 HTTP_CONNECTION,close ',
    )
  })

  test.each(['/uw/x', '/uw/stream', '/uw/spill'])('a body over uwsgi through %s', async (path) => {
    const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`
    await using client = await RawClient.connect({ host: '127.0.0.1', port })
    await client.sendPieces([`${head}Content-Length: 5\r\n\r\nab`, 'c', 'de'])
    expect(dechunk(body((await client.closed()).toString('latin1')))).toMatch(/^0 CONTENT_LENGTH,5 .* abcde$/)
    expect(dechunk(body(await raw(`${head}Transfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n0\r\n\r\n`)))).toMatch(
      /^0 CONTENT_LENGTH,3 .* xyz$/,
    )
  })

  test('X-Accel-Redirect', async () => {
    behaviour.set('/up/accel', (socket) =>
      socket.write('HTTP/1.1 200 OK\r\nX-Accel-Redirect: /inside\r\nContent-Length: 0\r\n\r\n'),
    )
    expect(body(await get('/up/accel'))).toBe('inside')
  })

  test('a client that goes away takes its upstream connection with it', async () => {
    const asked = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    behaviour.set('/up/wait', (socket) => {
      socket.once('close', () => gone.resolve())
      asked.resolve()
    })
    const client = await RawClient.connect({ host: '127.0.0.1', port })
    await client.send('GET /up/wait HTTP/1.1\r\nHost: a\r\n\r\n')
    await asked.promise
    client.end()
    await gone.promise
    await client[Symbol.asyncDispose]()
  })

  test('upgraded connections carry bytes both ways', async () => {
    behaviour.set('/ws', (socket, request) => {
      expect(request).toMatch(/Upgrade: chat\r\nConnection: upgrade\r\n/)
      socket.removeAllListeners('data')
      socket.on('data', (chunk) => socket.write(`echo ${chunk.toString()}`))
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: upgrade\r\n\r\nhello ')
    })
    await using client = await RawClient.connect({ host: '127.0.0.1', port })
    await client.send('GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\n')
    await client.until('hello ')
    await client.send('one')
    await client.until('echo one')
    client.end()
    await client.closed()
  })
})

test('requests are logged', async () => {
  await get('/exact?logged')
  await eventually(() => readFileSync(join(folder.path, 'access.log'), 'latin1').includes('GET /exact 200 5 -\n'))
})
