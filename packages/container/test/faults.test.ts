import { Child, exchange, RawClient, temporaryFolder, type Folder } from '@trivet/testing'
import { encodePacket } from '@trivet/uwsgi'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServing } from './container-process.ts'

let folder: Folder
let child: Child
let url: string
let http: { host: string; port: number } | { path: string }
let uwsgi: { path: string }

beforeAll(async () => {
  folder = await temporaryFolder()
  uwsgi = { path: folder.join('app.sock') }
  const serving = await startServing([
    '--socket',
    uwsgi.path,
    '--vacuum',
    '--buffer-size',
    '2048',
    '--socket-timeout',
    '1',
    '--http-timeout',
    '1',
    '--limit-post',
    '100000',
  ])
  child = serving.child
  url = serving.url
  http = serving.address
})

// The last of the assertions: whatever the peers did, the worker is the same, and leaves cleanly.
afterAll(async () => {
  const pids = new Set(child.output.match(/worker 1 \(pid: \d+\) is ready/g))
  await child.stop('SIGTERM', { sockets: [uwsgi], files: [uwsgi.path] })
  await folder.remove()
  expect(pids.size).toBe(1)
})

const vars = (path: string, more: [string, string][] = []): [string, string][] => [
  ['REQUEST_METHOD', 'GET'],
  ['REQUEST_URI', path],
  ['PATH_INFO', path],
  ['QUERY_STRING', ''],
  ['SERVER_NAME', 'localhost'],
  ['SERVER_PORT', '80'],
  ['SERVER_PROTOCOL', 'HTTP/1.1'],
  ...more,
]

test('HTTP sent to the uwsgi socket is told so', async () => {
  const from = child.output.length
  expect(await exchange(uwsgi, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1\.1 4\d\d /)
  await child.until(/HTTP/, 5000, from)
})

test('oversize vars get a status and a line', async () => {
  const from = child.output.length
  expect(await exchange(uwsgi, encodePacket(vars('/', [['HTTP_COOKIE', 'x'.repeat(3000)]])))).toMatch(
    /^HTTP\/1\.1 4\d\d /,
  )
  await child.until(/bufferSize|buffer-size/, 5000, from)
})

test('a truncated packet gets a status, a stalled body too', async () => {
  await using client = await RawClient.connect(uwsgi)
  await client.send(encodePacket(vars('/')).subarray(0, 20))
  client.end()
  expect((await client.closed()).toString()).toMatch(/^HTTP\/1\.1 400 /)
  const packet = encodePacket([['REQUEST_METHOD', 'POST'], ...vars('/echo', [['CONTENT_LENGTH', '10']]).slice(1)])
  expect(await exchange(uwsgi, Buffer.concat([packet, Buffer.from('abc')]))).toMatch(/^HTTP\/1\.1 (408|500) /)
})

test('a stalled HTTP body ends', async () => {
  const answer = await exchange(http, 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc')
  expect(answer).toMatch(/^(HTTP\/1\.1 (408|500) |$)/)
})

test('an application that throws before its first byte is a 500 with its traceback in the log', async () => {
  const from = child.output.length
  const response = await fetch(`${url}/throws`)
  expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error\n'])
  await child.until(/\[worker 1\] Error: thrown before the first byte/, 5000, from)
  await child.until('(HTTP/1.1 500)', 5000, from)
  expect(await exchange(uwsgi, encodePacket(vars('/throws')))).toMatch(/^HTTP\/1\.1 500 /)
})

test('an application that throws after its first byte breaks the connection', async () => {
  const from = child.output.length
  const response = await fetch(`${url}/breaks`)
  await expect(response.text()).rejects.toThrow()
  await child.until(/\[worker 1\] Error: thrown after the first byte/, 5000, from)
})

test('limit-post on both fronts', async () => {
  const body = Buffer.alloc(100_001)
  const { status } = await fetch(`${url}/echo`, { method: 'POST', body }).catch(() => ({ status: 413 }))
  expect(status).toBe(413)
  expect((await fetch(`${url}/echo`, { method: 'POST', body: body.subarray(1) })).status).toBe(200)
  const packet = encodePacket([['REQUEST_METHOD', 'POST'], ...vars('/echo', [['CONTENT_LENGTH', '100001']]).slice(1)])
  expect(await exchange(uwsgi, packet)).toMatch(/^HTTP\/1\.1 413 /)
})

test('smuggling and nonsense are refused', async () => {
  expect(
    await exchange(
      http,
      'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ),
  ).toMatch(/^HTTP\/1\.1 400 /)
  expect(await exchange(http, '\x16\x03\x01\x02\x00\x01\x00')).toMatch(/^(HTTP\/1\.1 400 |$)/)
})

test('after all that it still serves', async () => {
  expect(await (await fetch(`${url}/x`)).text()).toBe('hello from /x')
  expect(await exchange(uwsgi, encodePacket(vars('/y')))).toContain('hello from /y')
})
