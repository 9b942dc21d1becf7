/** ASGI applications as processes: lifespan, requests, WebSockets through the http front, the end. */
import { once } from 'node:events'
import { peer, runToEnd, temporaryFolder, underLoad, withPeers } from '@trivet/testing'
import { WebSocket } from 'ws'
import { expect } from 'vitest'
import { command } from './container-process.ts'
import { startPython } from './python-process.ts'

const { concurrent: test } = withPeers('python3')

test('an ASGI application over http', async () => {
  const { child, url } = await startPython(['--module', 'raw_asgi'])
  await using _ = child
  expect(child.output).toMatch(/serving raw_asgi:application \(asgi\)/)
  // What lifespan kept is there for each request.
  expect(await (await fetch(`${url}/hello?a=b`)).text()).toBe('hello from ASGI\n')
  await child.until(/GET \/hello\?a=b => generated 16 bytes in \d+ msecs \(HTTP\/1\.1 200\) 1 headers/)
  const body = 'x'.repeat(300_000)
  expect(await (await fetch(`${url}/echo`, { method: 'POST', body })).text()).toBe(body)
  expect((await fetch(`${url}/fail`)).status).toBe(500)
  await child.until(/\[worker 1\] RuntimeError: this application fails\n/)
  expect(child.output).not.toContain('trivet_worker')
  await child.stop('SIGTERM')
  expect(child.output).toContain('[worker 1] the application ends\n')
})

test('many requests at once, and none lost when workers are replaced', async () => {
  const { child, url, address } = await startPython([
    '--asgi',
    'raw_asgi:application',
    '--processes',
    '2',
    '--disable-logging',
  ])
  await using _ = child
  const counts = await Promise.all(
    Array.from({ length: 20 }, async () => Number(await (await fetch(`${url}/slow`)).text())),
  )
  expect(Math.min(...counts)).toBeGreaterThan(0)
  // 20 requests, two workers: one after the other each would have been alone.
  expect(Math.max(...counts)).toBeGreaterThan(1)
  const load = await underLoad(
    address,
    async () => {
      child.signal('SIGHUP')
      await child.until('reloaded\n')
    },
    { path: '/hello' },
  )
  expect(load.failures).toEqual([])
  await child.stop('SIGTERM')
})

test('a WebSocket through the http front', async () => {
  const { child, url } = await startPython(['--module', 'raw_asgi', '--websockets-max-size', '64'])
  await using _ = child
  const socket = new WebSocket(url.replace('http', 'ws'))
  await once(socket, 'open')
  const next = async (): Promise<[data: unknown, binary: boolean]> =>
    (await once(socket, 'message')) as [unknown, boolean]
  socket.send('grüße')
  expect(String((await next())[0])).toBe('grüße')
  const large = Buffer.alloc(60_000, 7)
  socket.send(large)
  expect(await next()).toEqual([large, true])
  const pong = once(socket, 'pong')
  socket.ping('are you there')
  expect(String((await pong)[0])).toBe('are you there')
  socket.send('bye')
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
  expect([code, reason.toString()]).toEqual([4001, 'as you say'])

  const greedy = new WebSocket(url.replace('http', 'ws'))
  await once(greedy, 'open')
  greedy.send(Buffer.alloc(65_537))
  expect((await once(greedy, 'close'))[0]).toBe(1009)

  // A worker that leaves does not wait for whoever never leaves, and tells him to come again.
  const patient = new WebSocket(url.replace('http', 'ws'))
  await once(patient, 'open')
  const closed = once(patient, 'close')
  await child.stop('SIGTERM')
  expect((await closed)[0]).toBe(1012)
})

for (const loop of ['uvloop', 'asyncio'] as const)
  withPeers('uvloop').concurrent(`the event loop is that of ${loop}`, async () => {
    await using folder = await temporaryFolder()
    if (loop === 'asyncio') await folder.write('uvloop.py', 'raise ImportError("hidden")\n')
    const args = ['--python', peer('uvloop'), '--pythonpath', folder.path, '--module', 'raw_asgi', '--harakiri', '1']
    const { child, url } = await startPython([...args, '--disable-logging'])
    await using _ = child
    expect(await (await fetch(`${url}/loop`)).text()).toMatch(loop)
    const body = 'x'.repeat(300_000)
    expect(await (await fetch(`${url}/echo`, { method: 'POST', body })).text()).toBe(body)
    const socket = new WebSocket(url.replace('http', 'ws'))
    await once(socket, 'open')
    socket.send('grüße')
    expect(String(((await once(socket, 'message')) as [unknown])[0])).toBe('grüße')
    expect((await fetch(`${url}/sleep`)).status).toBe(504)
    const closed = once(socket, 'close')
    await child.stop('SIGTERM')
    expect((await closed)[0]).toBe(1012)
    expect(child.output).toContain('the application ends\n')
  })

test('a startup that fails is a load that fails', async () => {
  const source = `
async def application(scope, receive, send):
    await receive()
    raise RuntimeError("no database")
`
  await using folder = await temporaryFolder()
  await folder.write('late.py', source)
  const { code, output } = await runToEnd(
    process.execPath,
    [command, '--http', '127.0.0.1:0', '--asgi', 'late.py:application'],
    {
      cwd: folder.path,
    },
  )
  expect(code).toBe(22)
  expect(output).toContain('RuntimeError: no database')
  expect(output).toContain('late.py", line 4, in application')
})

test('harakiri, of a request that waits and of a loop that is stuck', async () => {
  const { child, url } = await startPython(['--module', 'raw_asgi', '--harakiri', '1', '--disable-logging'])
  await using _ = child
  const [waiting, fine] = await Promise.all([fetch(`${url}/sleep`), fetch(`${url}/slow`)])
  expect([waiting.status, fine.status]).toEqual([504, 200])
  await child.until(/GET \/sleep: harakiri after 1 s, stuck at\n/)
  expect(child.output).toContain('in sleep')
  // Whoever waits behind a stuck loop is answered as well: with a 504, or by the next worker.
  const [stuck, behind] = await Promise.all([fetch(`${url}/block`), fetch(`${url}/slow`)])
  expect([stuck.status, [200, 504].includes(behind.status)]).toEqual([504, true])
  await child.until('the event loop is stuck at')
  expect(child.output).toContain('time.sleep(60)')
  // Another worker has taken its place.
  expect((await fetch(`${url}/hello`)).status).toBe(200)
  await child.stop('SIGTERM')
})
