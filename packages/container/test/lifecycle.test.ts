import {
  eventually,
  freePort,
  listening,
  RawClient,
  signalGroup,
  temporaryFolder,
  underLoad,
  groupMembers,
} from '@trivet/testing'
import { readFileSync, utimesSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { spawnContainer, startServing } from './container-process.ts'

/** On a connection of its own: a kept one may be closed by a worker that leaves, which `fetch` does not retry. */
const ask = async (url: string): Promise<string> =>
  await (await fetch(url, { headers: { connection: 'close' } })).text()

const version = (name: string): string => `export const app = { fetch: () => new Response('${name}') }\n`

test.concurrent('a reload under load loses nothing and brings the new code', async () => {
  await using folder = await temporaryFolder()
  await folder.write('app.mjs', version('old'))
  const { child, address } = await startServing(['--module', 'app', '--chdir', folder.path, '-p', '2', '-L'])
  await using _ = child
  const load = await underLoad(address, async () => {
    await folder.write('app.mjs', version('new'))
    child.signal('SIGHUP')
    await child.until(' - reloaded')
  })
  expect(load.failures).toEqual([])
  expect([...load.bodies.keys()].toSorted()).toEqual(['new', 'old'])
  await child.stop()
})

test.concurrent('new code that does not load leaves the old serving, and says why', async () => {
  await using folder = await temporaryFolder()
  await folder.write('app.mjs', version('old'))
  const { child, url, address } = await startServing(['--module', 'app', '--chdir', folder.path, '-L'])
  await using _ = child
  const load = await underLoad(address, async () => {
    await folder.write('app.mjs', 'throw new Error("no database")\n')
    child.signal('SIGHUP')
    await child.until(/not reloaded, the old workers serve on: Error: no database\n.*at file:\/\/.*app\.mjs:1:7/)
  })
  expect(load.failures).toEqual([])
  expect(await ask(url)).toBe('old')
  await folder.write('app.mjs', version('mended'))
  child.signal('SIGHUP')
  await child.until(' - reloaded')
  await eventually(async () => (await ask(url)) === 'mended')
  await child.stop()
})

test.concurrent('a configuration that went bad is not taken over', async () => {
  await using folder = await temporaryFolder()
  const ini = await folder.write('a.ini', '[uwsgi]\nprocesses = 1\n')
  const { child, url } = await startServing([ini])
  await using _ = child
  await folder.write('a.ini', '[uwsgi]\nprocesses = none\n')
  child.signal('SIGHUP')
  await child.until(/not reloaded, the old workers serve on: the configuration has errors/)
  expect(child.output).toContain(
    `a.ini:2:13: error: \`processes\`: expected a whole number, got \`none\`\n 2 | processes = none\n   |             ^^^^`,
  )
  expect(await ask(url)).not.toBe('')
  await folder.write('a.ini', '[uwsgi]\nprocesses = 3\n')
  child.signal('SIGHUP')
  await child.until(' - reloaded')
  const pids = new Set<string>()
  await eventually(async () => {
    pids.add(await ask(`${url}/pid`))
    return pids.size >= 3
  })
  await child.stop()
})

test.concurrent('a touched file reloads', async () => {
  await using folder = await temporaryFolder()
  const touch = await folder.write('reload', '')
  const { child } = await startServing(['--touch-reload', touch])
  await using _ = child
  utimesSync(touch, new Date(), new Date(Date.now() + 5000))
  await child.until(/reload was touched: reloading\n/)
  await child.until(' - reloaded')
  await child.stop()
})

test.concurrent.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)('%s lets running requests finish', async (signal) => {
  const { child, address } = await startServing([])
  await using _ = child
  await using client = await RawClient.connect(address)
  await client.send('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
  await child.until('slow request begins')
  const stopped = child.stop(signal, { sockets: [address] })
  expect((await client.closed()).toString()).toContain('slow but complete')
  client.end()
  expect(await stopped).toEqual({ code: 0, signal: null })
})

test.concurrent('TERM to the whole process group, as service managers send it, lets them finish too', async () => {
  const { child, address } = await startServing([])
  await using _ = child
  await using client = await RawClient.connect(address)
  await client.send('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
  await child.until('slow request begins')
  signalGroup(child.pid, 'SIGTERM')
  expect((await client.closed()).toString()).toContain('slow but complete')
  client.end()
  expect(await child.untilExit()).toEqual({ code: 0, signal: null })
})

test.concurrent('a second INT does not wait', async () => {
  await using folder = await temporaryFolder()
  await folder.write(
    'app.mjs',
    "export const app = { fetch: () => { console.log('begins'); return new Promise(() => {}) } }\n",
  )
  const { child, address } = await startServing(['--module', 'app', '--chdir', folder.path])
  await using _ = child
  await using client = await RawClient.connect(address)
  await client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await child.until('begins')
  child.signal('SIGINT')
  await child.until('INT: stopping')
  await child.stop('SIGINT', { sockets: [address] }, 3000)
})

test.concurrent('an INT while the application still loads ends the start and is no failure', async () => {
  await using folder = await temporaryFolder()
  await folder.write('app.mjs', "console.log('loading')\nawait new Promise((resolve) => setTimeout(resolve, 60_000))\n")
  const child = await spawnContainer(['--module', 'app', '--chdir', folder.path, '--http-socket', '127.0.0.1:0'])
  await using _ = child
  await child.until('loading')
  expect(await child.stop('SIGINT')).toEqual({ code: 0, signal: null })
  expect(child.output).toMatch(/ - INT: stopping[^\n]*\n[^\n]* - stopped\n$/)
})

test.concurrent('a HUP during the start is a reload after it, and two of them are one', async () => {
  await using folder = await temporaryFolder()
  await folder.write(
    'app.mjs',
    "console.log('loading')\nawait new Promise((resolve) => setTimeout(resolve, 1000))\nexport default { fetch: () => new Response('ok') }\n",
  )
  const child = await spawnContainer(['--module', 'app', '--chdir', folder.path, '--http-socket', '127.0.0.1:0'])
  await using _ = child
  await child.until('loading')
  child.signal('SIGHUP')
  child.signal('SIGHUP')
  await child.until(' - reloaded')
  expect(await child.stop('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(child.output.split(' - reloaded')).toHaveLength(2)
  expect(child.output).not.toContain('not reloaded')
})

test.concurrent('whoever reads what is printed may go, and it serves on', async () => {
  const { child, url } = await startServing([])
  await using _ = child
  child.process.stdout?.destroy()
  for (let count = 0; count < 3; count += 1) expect((await fetch(`${url}/hello`)).status).toBe(200)
  child.signal('SIGTERM')
  expect(await child.exited).toEqual({ code: 0, signal: null })
})

test.concurrent('a killed worker is replaced, and only its own requests are lost', async () => {
  const { child, address } = await startServing(['-p', '2', '-L'])
  await using _ = child
  const before = /worker 1 \(pid: (\d+)\) is ready/.exec(child.output)?.[1]
  const load = await underLoad(address, async () => {
    process.kill(Number(before), 'SIGKILL')
    await child.until(/worker 1 \(pid: \d+\) left: killed by SIGKILL[^]*worker 1 \(pid: \d+\) is ready/)
  })
  // At most what the dead worker was working on: one request of each connection.
  expect(load.failures.length).toBeLessThanOrEqual(8)
  for (const failure of load.failures) expect(failure).toMatch(/ECONNRESET|socket hang up|aborted/)
  expect(load.requests).toBeGreaterThan(50)
  await child.stop()
})

test.concurrent('no worker outlives a master that is killed', async () => {
  const { child, address } = await startServing(['-p', '2'])
  await using _ = child
  child.signal('SIGKILL')
  await child.untilExit()
  await eventually(() => groupMembers(child.pid).length === 0)
  await expect(RawClient.connect(address)).rejects.toThrow()
})

test.concurrent('USR1 prints figures and finds a rotated log again', async () => {
  await using folder = await temporaryFolder()
  const { child, url } = await startServing(['-p', '1', '--disable-logging'])
  await using _ = child
  await fetch(url)
  await fetch(url)
  child.signal('SIGUSR1')
  await child.until(/statistics: 1 workers, 2 requests, \d+ connections; worker 1 \(pid: \d+\) 2 requests, \d+ MB/)
  await child.stop()
  expect(await folder.list()).toEqual([])
})

test.concurrent('both master and workers find a rotated log again', async () => {
  await using folder = await temporaryFolder()
  const log = folder.join('log')
  const port = await freePort()
  const child = await spawnContainer(['--module', 'app.ts', '--http-socket', `127.0.0.1:${port}`, '--logto', log])
  await using _ = child
  await listening({ host: '127.0.0.1', port })
  await (await fetch(`http://127.0.0.1:${port}/before`)).text()
  await eventually(() => readFileSync(log, 'utf8').includes('GET /before =>'))
  await rename(log, `${log}.1`)
  child.signal('SIGUSR1')
  await eventually(async () => (await folder.read('log')).includes('statistics:'))
  await (await fetch(`http://127.0.0.1:${port}/after`)).text()
  await eventually(async () => (await folder.read('log')).includes('GET /after =>'))
  await child.stop()
})
