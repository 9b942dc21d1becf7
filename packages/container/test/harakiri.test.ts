import { exchange, temporaryFolder, type Child } from '@trivet/testing'
import { encodePacket } from '@trivet/uwsgi'
import { expect, test } from 'vitest'
import { startServing } from './container-process.ts'

// The master waits, so that what the worker does itself is seen on a busy machine too.
const patient = ['--harakiri-graceful-timeout', '20']

const serving = async (...args: string[]) =>
  await startServing(['--module', 'stuck.ts', '--harakiri', '1', '-L', ...patient, ...args])

const pidsOf = (child: Child): (string | undefined)[] =>
  [...child.output.matchAll(/worker \d+ \(pid: (\d+)\) is ready/g)].map(([, pid]) => pid)

/** What the client got, and milliseconds beyond the second that it may take. */
async function late(url: string): Promise<{ readonly status: number; readonly by: number }> {
  const begun = performance.now()
  const response = await fetch(url)
  await response.text()
  return { status: response.status, by: performance.now() - begun - 1000 }
}

test('a request that waits for ever gets 504, its application is told, and the worker goes on', async () => {
  const { child, url } = await serving('--harakiri-verbose')
  await using _ = child
  const [pid] = pidsOf(child)
  const { status, by } = await late(`${url}/waits?token=secret`)
  expect(status).toBe(504)
  expect(by).toBeGreaterThan(-5)
  await child.until(
    /\[worker 1\] harakiri: GET \/waits has run for 1\.\d\d s \(`harakiri` = 1\): the client got 504; the worker goes on; it waits\n\[worker 1\] {5}at .*forgetful \(.*stuck\.ts:\d+:\d+\)/,
  )
  await child.until('told: TimeoutError')
  expect(child.output).not.toContain('secret')
  expect(await (await fetch(url)).text()).toBe(pid)
  child.signal('SIGUSR1')
  await child.until(/statistics: 1 workers, 2 requests/)
  await child.stop()
})

test('a loop that is blocked: 504, its stack, and another worker', async () => {
  const { child, url } = await serving()
  await using _ = child
  const { status, by } = await late(`${url}/loops`)
  expect(status).toBe(504)
  expect(by).toBeGreaterThan(0)
  await child.until(
    /harakiri: GET \/loops has run for .*: the client got 504; the event loop is blocked\n.* {4}at spin \(.*stuck\.ts:\d+:\d+\)\n/,
  )
  await child.until(/worker 1 \(pid: \d+\) left: killed by SIGKILL/)
  expect((await fetch(url)).status).toBe(200)
  await child.stop()
})

test('a blocked loop in whose way others are: 504 for those who are late, 503 for the others', async () => {
  const { child, url } = await serving()
  await using _ = child
  const waiting = late(`${url}/waits`)
  await child.until('waiting')
  await new Promise((resolve) => setTimeout(resolve, 400))
  const looping = late(`${url}/loops`)
  expect((await waiting).status).toBe(504)
  expect((await looping).status).toBe(503)
  await child.until(/harakiri: GET \/waits .*the event loop is blocked\n.* {4}at spin /)
  await child.until(/left: killed by SIGKILL/)
  await child.stop()
})

test('a loop that is blocked outside JavaScript has no stack, and ends all the same; on the uwsgi front too', async () => {
  await using folder = await temporaryFolder()
  const socket = folder.join('app.sock')
  const { child, url } = await serving('--socket', socket, '--harakiri-graceful-timeout', '1')
  await using _ = child
  const packet = encodePacket([
    ['REQUEST_METHOD', 'GET'],
    ['PATH_INFO', '/native'],
    ['SERVER_PROTOCOL', 'HTTP/1.1'],
  ])
  expect(await exchange({ path: socket }, packet)).toMatch(/^HTTP\/1\.1 504 Gateway Timeout\r\n/)
  await child.until(/harakiri: GET \/native .*blocked\n.*in native code, \w+/)
  await child.until(/left: killed by SIGKILL[^]*worker 1 \(pid: \d+\) is ready/)
  expect((await fetch(url)).status).toBe(200)
  await child.stop()
})

test('an answer that has begun is broken off', async () => {
  const { child, url } = await serving()
  await using _ = child
  const response = await fetch(`${url}/streams`)
  expect(response.status).toBe(200)
  await expect(response.text()).rejects.toThrow()
  await child.until(/harakiri: GET \/streams .*: its answer is broken off; it waits for something asynchronous/)
  expect(pidsOf(child)).toHaveLength(1)
  await child.stop()
})

test('a loop that is blocked for a moment only, while a deadline passes, keeps its worker', async () => {
  const { child, url } = await serving()
  await using _ = child
  const { status } = await late(`${url}/briefly`)
  expect([200, 504]).toContain(status)
  expect((await fetch(url)).status).toBe(200)
  await child.stop()
})

test('a worker that cannot do anything for itself is killed by the master, and named', async () => {
  const { child, url } = await serving('--harakiri-graceful-timeout', '0')
  await using _ = child
  await expect(fetch(`${url}/stopped`)).rejects.toThrow()
  const [, seconds] =
    /is killed: harakiri: GET \/stopped has run for (\d\.\d) s, and the worker did not end it\n/.exec(
      await child.until('the worker did not end it\n'),
    ) ?? []
  expect(Number(seconds)).toBeGreaterThanOrEqual(1.2)
  await child.until(/left: killed by SIGKILL[^]*worker 1 \(pid: \d+\) is ready/)
  expect((await fetch(url)).status).toBe(200)
  await child.stop()
})
