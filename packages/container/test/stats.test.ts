/** The stats server, beside uWSGI's own. */
import { statSync } from 'node:fs'
import { connect } from 'node:net'
import {
  eventually,
  exchange,
  freePort,
  RawClient,
  runToEnd,
  startUwsgiPython,
  temporaryFolder,
  withPeers,
  type Address,
} from '@trivet/testing'
import { expect, test } from 'vitest'
import { startServing } from './container-process.ts'

interface Stats {
  readonly [key: string]: unknown
  readonly pid: number
  readonly sockets: readonly Record<string, unknown>[]
  readonly workers: readonly (Record<string, unknown> & {
    readonly apps: readonly Record<string, unknown>[]
    readonly cores: readonly Record<string, unknown>[]
  })[]
}

/** All there is until the server closes: a stats server speaks first. */
async function readStats(address: Address): Promise<Stats> {
  const text = await new Promise<string>((resolve, reject) => {
    let received = ''
    connect('path' in address ? address : { host: address.host, port: address.port })
      .setEncoding('utf8')
      .on('data', (chunk) => (received += chunk))
      .on('end', () => resolve(received))
      .on('error', reject)
  })
  return JSON.parse(text) as Stats
}

test('figures over a unix socket, of a request under way too', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('stats.sock')
  const { child, url, address } = await startServing([
    '-p',
    '2',
    '--stats',
    path,
    '--attach-daemon',
    'exec sleep 1003',
    '--cron',
    '59 23 31 12 -1 true',
  ])
  await using _ = child
  await (await fetch(`${url}/one`)).text()
  await using client = await RawClient.connect(address)
  await client.send('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
  const worker = await eventually(async () => {
    const stats = await readStats({ path })
    return stats.workers.find(({ cores }) => cores[0]?.['in_request'] === 1)
  })
  expect(worker.cores[0]).toMatchObject({ in_request: 1, vars: ['REQUEST_METHOD=GET', 'REQUEST_URI=/slow'] })
  const done = await eventually(async () => {
    const stats = await readStats({ path })
    return stats.workers.reduce((sum, one) => sum + Number(one['requests']), 0) >= 2 ? stats : undefined
  })
  expect(done).toMatchObject({
    pid: child.pid,
    daemons: [{ cmd: 'exec sleep 1003', respawns: 0 }],
    crons: [{ minute: 59, hour: 23, day: 31, month: 12, week: -1, command: 'true', unique: 0 }],
    sockets: [{ proto: 'http', name: `127.0.0.1:${address.port}` }],
    workers: [
      { id: 1, accepting: 1, respawn_count: 1 },
      { id: 2, accepting: 1, respawn_count: 1 },
    ],
  })
  expect(Number(done.workers[0]?.['rss'])).toBeGreaterThan(10_000_000)
  expect(statSync(path).mode & 0o777).toBe(0o660)
  await child.stop('SIGTERM', { files: [path] })
})

test('over HTTP, and to clients that only hang on', async () => {
  const { child } = await startServing([
    '--stats',
    '127.0.0.1:0',
    '--stats-http',
    '--stats-minified',
    '--stats-no-cores',
  ])
  await using _ = child
  const output = await child.until(/serving figures on 127\.0\.0\.1:\d+\n/)
  const port = Number(/serving figures on 127\.0\.0\.1:(\d+)/.exec(output)?.[1])
  const idle = await Promise.all(
    Array.from({ length: 32 }, async () => await RawClient.connect({ host: '127.0.0.1', port })),
  )
  await exchange({ host: '127.0.0.1', port }, 'GET / HTTP/1.0\r\n\r\n').catch(() => '')
  await child.until('more than 32 clients at a time')
  for (const client of idle) await client[Symbol.asyncDispose]()
  const response = await eventually(() => fetch(`http://127.0.0.1:${port}/`).catch(() => undefined))
  expect(response.headers.get('content-type')).toBe('application/json')
  const stats = (await response.json()) as Stats
  expect(stats.workers[0]).not.toHaveProperty('cores')
  await child.stop('SIGTERM', { sockets: [{ host: '127.0.0.1', port }] })
})

test.runIf(process.platform === 'linux')(
  'a master out of descriptors says so, and goes on when it has some',
  async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('stats.sock')
    const { child, url } = await startServing(['--stats', path])
    await using _ = child
    const limit = async (count: number): Promise<void> => {
      await runToEnd('prlimit', ['--pid', String(child.pid), `--nofile=${count}:4096`])
    }
    await limit(5)
    await child.until('[stats] clients wait, the master can open nothing more: EMFILE')
    expect(await (await fetch(`${url}/x`)).text()).toBe('hello from /x')
    await limit(4096)
    expect(await readStats({ path })).toMatchObject({ pid: child.pid })
    await child.stop()
  },
)

withPeers('uwsgi', 'uwsgi-python').test("the keys are uWSGI's", async () => {
  const [front, port] = [await freePort(), await freePort()]
  const source = "def application(environ, start_response):\n    start_response('200 OK', [])\n    return [b'']\n"
  await using uwsgi = await startUwsgiPython(
    { host: '127.0.0.1', port: front },
    source,
    `master = true\nstats = 127.0.0.1:${port}\n`,
  )
  const theirs = await eventually(() => readStats({ host: '127.0.0.1', port }).catch(() => undefined))
  const { child } = await startServing(['--stats', '127.0.0.1:0'])
  await using _ = child
  const output = await child.until(/serving figures on 127\.0\.0\.1:\d+\n/)
  const own = Number(/serving figures on 127\.0\.0\.1:(\d+)/.exec(output)?.[1])
  const ours = await readStats({ host: '127.0.0.1', port: own })
  const keys = (stats: Stats): Record<string, string[]> => ({
    top: Object.keys(stats),
    socket: Object.keys(stats.sockets[0] ?? {}),
    worker: Object.keys(stats.workers[0] ?? {}),
    app: Object.keys(stats.workers[0]?.apps[0] ?? {}),
    core: Object.keys(stats.workers[0]?.cores[0] ?? {}),
  })
  expect(keys(ours)).toEqual(keys(theirs))
  await child.stop()
  await uwsgi.stop()
})
