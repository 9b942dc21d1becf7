/** What a client sees through both tiers, behind our proxy and behind a real nginx alike. */
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { RawClient, eventually, withPeers } from '@trivet/testing'
import { fetch, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FrontName, type Stack, startStack } from './stack.ts'

describe('trivet proxy -> trivet container', () => behaviours('trivet-proxy'))
withPeers('nginx').describe('nginx -> trivet container', () => behaviours('nginx'))

function behaviours(front: FrontName): void {
  let stack: Stack
  const url = (path: string): string => `${stack.origin}${path}`

  beforeAll(async () => {
    stack = await startStack({ front })
  })
  afterAll(async () => {
    await stack.stop()
  })

  test('a page', async () => {
    const answer = await fetch(url('/hello'))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(answer.headers.get('content-length')).toBe('5')
    expect(answer.headers.get('uwsgi-keepalive')).toBeNull()
    expect(await answer.text()).toBe('hello')
  })

  test('the environ is the request in CGI terms', async () => {
    const answer = await fetch(url('/environ/caf%C3%A9?q=1&r=%20'), { headers: { 'X-Custom': 'yes', Cookie: 'a=b' } })
    const environ = (await answer.json()) as Record<string, string>
    expect(environ).toMatchObject({
      REQUEST_METHOD: 'GET',
      PATH_INFO: '/environ/caf\u00C3\u00A9',
      QUERY_STRING: 'q=1&r=%20',
      REQUEST_URI: '/environ/caf%C3%A9?q=1&r=%20',
      SERVER_PROTOCOL: 'HTTP/1.1',
      REMOTE_ADDR: '127.0.0.1',
      SERVER_PORT: String(stack.address.port),
      HTTP_X_CUSTOM: 'yes',
      HTTP_COOKIE: 'a=b',
      'tsgi.url_scheme': 'http',
    })
    expect(Object.keys(environ).filter((name) => name.startsWith('UWSGI_'))).toEqual([])
  })

  test('HEAD has the headers of GET and no body', async () => {
    const { statusCode, headers, body } = await request(url('/hello'), { method: 'HEAD' })
    expect(statusCode).toBe(200)
    expect(headers['content-length']).toBe('5')
    expect(await body.text()).toBe('')
  })

  test('20 MB up and down, byte for byte', async () => {
    const sent = randomBytes(20_000_000)
    const digest = await fetch(url('/digest'), { method: 'POST', body: sent })
    expect(await digest.text()).toBe(`${sent.length} ${createHash('sha256').update(sent).digest('hex')}`)
    const echoed = await fetch(url('/echo'), { method: 'POST', body: sent })
    expect(Buffer.from(await echoed.arrayBuffer()).equals(sent)).toBe(true)
  })

  // nginx stops sending the request once the answer has begun.
  if (front === 'trivet-proxy') {
    test('an application may answer while it still reads', async () => {
      const sent = randomBytes(5_000_000)
      const mirrored = await fetch(url('/unbuffered/mirror'), { method: 'POST', body: sent })
      expect(Buffer.from(await mirrored.arrayBuffer()).equals(sent)).toBe(true)
    })
  }

  test('a chunked upload arrives whole', async () => {
    const parts = [randomBytes(10), randomBytes(70_000), randomBytes(1)]
    const { body } = await request(url('/digest'), { method: 'POST', body: Readable.from(parts) })
    const whole = Buffer.concat(parts)
    expect(await body.text()).toBe(`${whole.length} ${createHash('sha256').update(whole).digest('hex')}`)
  })

  test('a stream arrives chunk by chunk', async () => {
    const { body } = await request(url('/unbuffered/gated/one'))
    const chunks = body[Symbol.asyncIterator]()
    expect(String((await chunks.next()).value)).toBe('first\n')
    await fetch(url('/open/one')) // the second chunk is not made before the first has been seen
    expect(String((await chunks.next()).value)).toBe('second\n')
    expect((await chunks.next()).done).toBe(true)
  })

  test('a client that does not read holds the application back, and gets all in the end', async () => {
    const size = 100_000_000
    const produced = async (): Promise<number> => Number(await (await fetch(url('/produced'))).text())
    await using client = await RawClient.connect(stack.address)
    client.socket.pause()
    await client.send(`GET /unbuffered/zeros/${size} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    let before = -1
    const stalled = async (): Promise<boolean> => {
      const now = await produced()
      const same = now === before && now > 0
      before = now
      return same
    }
    await eventually(stalled, { what: 'the application to be held back' })
    expect(before).toBeLessThan(size / 4)
    client.socket.resume()
    expect((await client.closed()).length).toBeGreaterThan(size)
  })

  test('404 from the application passes through', async () => {
    const answer = await fetch(url('/nothing'))
    expect([answer.status, await answer.text()]).toEqual([404, 'no such route'])
  })

  test('a body over client_max_body_size is refused with 413', async () => {
    await using client = await RawClient.connect(stack.address)
    await client.send('POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 99000000\r\n\r\n')
    expect(await client.until('\r\n')).toBe('HTTP/1.1 413 Request Entity Too Large\r\n')
  })

  test('an application that throws before its head is a 500, after it a cut connection; the worker lives on', async () => {
    const pid = await (await fetch(url('/pid'))).text()
    expect((await fetch(url('/throw-before'))).status).toBe(500)
    // Without a length nginx cannot tell: a uwsgi answer ends where the connection does. Ours is told, see KEEPALIVE.md.
    for (const path of front === 'nginx' ? ['/throw-after/100'] : ['/throw-after/100', '/throw-after']) {
      const broken = fetch(url(`/unbuffered${path}`)).then((answer) => answer.text())
      await expect(broken).rejects.toThrow()
    }
    expect(await (await fetch(url('/pid'))).text()).toBe(pid)
    expect(stack.container.output.match(/broken before the head/g)).toHaveLength(1)
    await stack.container.until('broken in the body')
  })

  test('a client that goes away reaches the application', async () => {
    const name = `gone-${front}`
    const client = await RawClient.connect(stack.address)
    await client.send(`GET /hang/${name} HTTP/1.1\r\nHost: a\r\n\r\n`)
    await fetch(url('/hello')) // the request before has reached the worker by now, or will before the next line
    await client[Symbol.asyncDispose]()
    await eventually(async () => (await (await fetch(url('/aborted'))).text()).includes(name), { what: 'the abort' })
  })

  test('requests on one connection are answered in order', async () => {
    await using client = await RawClient.connect(stack.address)
    const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`
    await client.send(get('/slow/30') + get('/hello') + get('/pid', 'Connection: close\r\n'))
    const text = (await client.closed()).toString('latin1')
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3)
    expect(text.indexOf('\r\n\r\nslow')).toBeLessThan(text.indexOf('\r\n\r\nhello'))
  })

  test('smuggling attempts are refused', async () => {
    for (const framing of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked',
      'Content-Length: 5\r\nContent-Length: 6',
    ]) {
      await using client = await RawClient.connect(stack.address)
      await client.send(
        `POST /digest HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n0\r\n\r\nGET /pid HTTP/1.1\r\nHost: a\r\n\r\n`,
      )
      const text = (await client.closed()).toString('latin1')
      expect(text).toMatch(/^HTTP\/1\.1 400 /)
      expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
    }
  })
}
