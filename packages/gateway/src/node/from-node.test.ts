/** What Node's response does on its way into the gateway: heads in every form, trailers, the socket. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { Recorder } from '../../test/recorder.ts'
import type { Application, Environ } from '../contract.ts'
import { fromNode } from '../node.ts'

type Act = (response: ServerResponse, request: IncomingMessage) => void

const application = (act: Act): Application => fromNode((request, response) => act(response, request))

async function told(act: Act, environ: Partial<Environ> = {}): Promise<Recorder> {
  const sink = new Recorder()
  await sink.run(application(act), environ)
  return sink
}

test.each<[string, Act, string]>([
  ['set one by one', (res) => void res.setHeader('X-A', ['1', '2']).setHeader('x-b', 3), 'X-A=1&X-A=2&x-b=3'],
  ['an object', (res) => void res.writeHead(200, { 'X-A': ['1', '2'], 'x-b': 3 }), 'X-A=1&X-A=2&x-b=3'],
  ['a flat list', (res) => void res.writeHead(200, ['X-A', '1', 'X-A', '2']), 'X-A=1&X-A=2'],
  [
    'a list of pairs',
    (res) =>
      void res.writeHead(200, [
        ['X-A', '1'],
        ['x-b', '2'],
      ] as never),
    'X-A=1&x-b=2',
  ],
  ['set, then given', (res) => void res.setHeader('X-A', '1').writeHead(200, { 'x-a': '2' }), 'x-a=2'],
  ['the connection’s own', (res) => void res.writeHead(200, { Connection: 'close', TE: 'x', 'X-A': '1' }), 'X-A=1'],
  ['latin-1', (res) => void res.setHeader('X-A', 'caf\u00e9'), 'X-A=caf\u00e9'],
])('headers: %s', async (_name, act, fields) => {
  const sink = await told((response) => {
    act(response, undefined as never)
    response.end('x')
  })
  expect(sink.calls[0]).toBe(`start 200 OK ${fields}&Content-Length=1 1`)
})

test.each<[string, Act, string]>([
  ['a name', (res) => void res.writeHead(200, { 'X A': '1' }), 'ERR_INVALID_HTTP_TOKEN'],
  ['a value', (res) => void res.writeHead(200, { 'X-A': 'b\r\nC: d' }), 'ERR_INVALID_CHAR'],
  ['a value of a list', (res) => void res.writeHead(200, { 'X-A': ['b', '\0'] }), 'ERR_INVALID_CHAR'],
  ['a missing value', (res) => void res.writeHead(200, { 'X-A': undefined }), 'ERR_HTTP_INVALID_HEADER_VALUE'],
  ['half a pair', (res) => void res.writeHead(200, ['X-A', 'b', 'X-B']), 'ERR_HTTP_INVALID_HEADER_VALUE'],
  ['a reason', (res) => void res.writeHead(200, 'a\nb'), 'ERR_INVALID_CHAR'],
  ['a second head', (res) => void res.writeHead(200).writeHead(200), 'ERR_HTTP_HEADERS_SENT'],
])('refused where the listener says it: %s', async (_name, act, code) => {
  const sink = await told(act)
  expect(sink.errors).toEqual([code])
  expect(sink.calls[0]).toMatch(/^start 500 /)
})

test.each<[string, Act, string[]]>([
  ['at once', (res) => void res.end('body'), ['write body', 'flush']],
  [
    'streamed',
    (res) => {
      res.write('one')
      setImmediate(() => res.end('two'))
    },
    ['write one', 'flush', 'write two', 'flush'],
  ],
])('trailers follow the body: %s', async (_name, act, body) => {
  const listener: Act = (response, request) => {
    response.setHeader('Trailer', 'X-Sum')
    response.addTrailers({ 'X-Sum': '42' })
    act(response, request)
  }
  const sink = await told(listener, { 'tsgi.trailers': true })
  expect(sink.calls).toEqual(['start 200 OK Trailer=X-Sum undefined', ...body, 'end X-Sum=42'])
  const unasked = await told(listener)
  expect(unasked.calls.at(-1)).toBe('end')
})

test('a request has no trailers', async () => {
  const sink = await told(
    (response, { trailers, rawTrailers }) => void response.end(JSON.stringify([trailers, rawTrailers])),
  )
  expect(sink.calls[1]).toBe('write [{},[]]')
})

test('the socket is for looking at: writing to it breaks the response off, and no other', async () => {
  const seen: unknown[] = []
  const act: Act = (response, request) => {
    const { socket } = response
    seen.push(socket === request.socket, socket?.writable, socket?.writableLength, socket?.destroyed)
    if (request.url === '/write') socket?.write('raw')
    else if (request.url === '/end') socket?.end('raw')
    else response.end('x')
  }
  for (const path of ['/write', '/end']) {
    const sink = await told(act, { PATH_INFO: path, REQUEST_URI: path })
    expect(sink.errors).toEqual(['this socket belongs to the gateway: write to the response'])
  }
  const sink = await told(act)
  expect(sink.calls.at(-1)).toBe('end')
  expect(seen).toEqual(Array.from({ length: 3 }, () => [true, true, 0, false]).flat())
})
