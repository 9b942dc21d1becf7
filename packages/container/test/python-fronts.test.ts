/** The http front before Python workers: whole bodies, slow clients, the queue, middleware. */
import { fileURLToPath } from 'node:url'
import { eventually, exchange, RawClient, temporaryFolder, withPeers } from '@trivet/testing'
import { expect } from 'vitest'
import { startServing } from './container-process.ts'
import { startPython } from './python-process.ts'

const { concurrent: test } = withPeers('python3')

const stamp = fileURLToPath(new URL('fixtures/stamp.ts', import.meta.url)) + ':stamp'

test('uploads are whole before a worker is taken, chunked ones too; slow clients keep nobody waiting', async () => {
  await using folder = await temporaryFolder()
  const limits = ['--post-buffering', '1024', '--limit-post', '400000', '--disable-logging']
  const { child, url, address } = await startPython(['--wsgi-file', 'app.py', ...limits], {
    env: { TMPDIR: folder.path },
  })
  await using _ = child
  for (const size of [0, 1, 1024, 1025, 300_000]) {
    const body = 'x'.repeat(size)
    expect(await (await fetch(`${url}/echo`, { method: 'POST', body })).text()).toBe(body)
    const stream = new Blob([body]).stream()
    const chunked = await fetch(`${url}/echo`, { method: 'POST', body: stream, duplex: 'half' })
    expect(await chunked.text()).toBe(body)
  }
  await using slow = await RawClient.connect(address)
  await slow.send('POST /show HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
  expect(await (await fetch(`${url}/hello`)).text()).toBe('hello from Python\n')
  await slow.send('2\r\nde\r\n0\r\n\r\n')
  const shown = await slow.until('wsgi.version')
  expect(shown).toContain('CONTENT_LENGTH=5\n')
  expect(shown).not.toContain('TRANSFER_ENCODING')
  const long = await fetch(`${url}/echo`, {
    method: 'POST',
    body: new Blob(['x'.repeat(400_001)]).stream(),
    duplex: 'half',
  })
  expect(long.status).toBe(413)
  expect((await fetch(`${url}/echo`, { method: 'POST', body: 'x'.repeat(400_001) })).status).toBe(413)
})

test('what waits for a worker is seen, timed out, and given up when its client goes', async () => {
  await using folder = await temporaryFolder()
  const stats = { path: folder.join('stats.sock') }
  const { child, url } = await startPython(['--wsgi-file', 'faults.py', '--http-timeout', '2', '--stats', stats.path])
  await using _ = child
  const queue = async (): Promise<Readonly<Record<string, number>>> =>
    JSON.parse(await exchange(stats, '')).request_queue
  expect(await (await fetch(`${url}/hello`)).text()).toBe('hello')
  const busy = Array.from({ length: 3 }, () => fetch(`${url}/sleep?4`))
  const waiting = await eventually(async () => {
    const now = await queue()
    return now['length'] === 2 ? now : undefined
  })
  expect(waiting).toEqual({ length: 2, oldest_wait: expect.any(Number), refused: 0, timed_out: 0 })
  expect(waiting['oldest_wait']).toBeLessThan(60_000)
  const gone = new AbortController()
  const given = fetch(`${url}/pid`, { signal: gone.signal })
  gone.abort()
  await expect(given).rejects.toThrow()
  for (const { status } of await Promise.all(busy)) expect(status).toBe(504)
  await eventually(async () => (await queue())['timed_out'] === 3)
  await eventually(async () => (await fetch(`${url}/hello`)).status === 200, { timeout: 20_000 })
  expect(child.output).not.toMatch(/GET \/pid/)
})

test('TypeScript middleware before an application of either language', async () => {
  const python = await startPython(['--wsgi-file', 'app.py', '--disable-logging', '--middleware', stamp])
  await using _ = python.child
  const answer = await fetch(`${python.url}/hello`)
  expect([answer.headers.get('x-stamp'), await answer.text()]).toEqual(['yes', 'hello from Python\n'])
  const javascript = await startServing(['--middleware', stamp])
  await using __ = javascript.child
  expect((await fetch(javascript.url)).headers.get('x-stamp')).toBe('yes')
})
