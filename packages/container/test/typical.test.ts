/** Configuration files as people have them: each starts, serves, reloads and stops as it says. */
import { statSync } from 'node:fs'
import { type Child, eventually, freePort, startNginx, temporaryFolder, type Folder, withPeers } from '@trivet/testing'
import { expect, test } from 'vitest'
import { spawnContainer } from './container-process.ts'

const application = (word: string): string => `
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url)
    if (pathname === '/hang') await new Promise(() => {})
    const end = performance.now() + (pathname === '/busy' ? 50 : 0)
    while (performance.now() < end);
    return new Response('${word} ' + process.pid)
  },
}
`

/** Starts `site.ini` beside its application; resolves when it serves. */
async function start(folder: Folder, lines: readonly string[]): Promise<Child> {
  await folder.write('app.mjs', application('one'))
  const ini = await folder.write('site.ini', `[uwsgi]\n${lines.join('\n')}\n`)
  const child = await spawnContainer(['--ini', ini])
  await child.until(/serving (?:http|uwsgi) on .*\n/)
  return child
}

/** New code, taken by HUP. */
async function reload(folder: Folder, child: Child): Promise<void> {
  await folder.write('app.mjs', application('two'))
  child.signal('SIGHUP')
  await child.until(/reloaded\n/)
}

const ask = async (url: string): Promise<[number, string]> => {
  const answer = await fetch(url, { headers: { connection: 'close' } })
  return [answer.status, await answer.text()]
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const addressOf = (child: Child): string => `http://${/serving http on (\S+)/.exec(child.output)?.[1] ?? ''}`
const readyCount = (child: Child): number => [...child.output.matchAll(/ is ready/g)].length

withPeers('nginx').concurrent(
  'behind nginx: socket, chmod-socket, vacuum, die-on-term, harakiri, max-requests',
  async () => {
    await using folder = await temporaryFolder()
    await using child = await start(folder, [
      'chdir = %d',
      'module = app',
      'socket = %n.sock',
      'chmod-socket = 660',
      'processes = 2',
      'master = true',
      'vacuum = true',
      'die-on-term = true',
      'harakiri = 1',
      'max-requests = 15',
      'min-worker-lifetime = 0',
      'pidfile = %d%n.pid',
    ])
    const socket = folder.join('site.sock')
    expect(statSync(socket).mode & 0o777).toBe(0o660)
    const port = await freePort()
    await using nginx = await startNginx({
      http: `server { listen 127.0.0.1:${port}; location / { include /etc/nginx/uwsgi_params; uwsgi_pass unix:${socket}; } }`,
    })
    const url = `http://127.0.0.1:${port}`
    expect((await ask(url))[1]).toMatch(/^one \d+$/)
    expect((await ask(`${url}/hang`))[0]).toBe(504)
    const pids = new Set<string>()
    await eventually(
      async () => {
        const [status, text] = await ask(url)
        expect(status).toBe(200)
        return pids.add(text).size > 2
      },
      { timeout: 20_000 },
    )
    await reload(folder, child)
    expect((await ask(url))[1]).toMatch(/^two \d+$/)
    await nginx.stop()
    expect(await child.stop('SIGTERM', { files: [socket, folder.join('site.pid')] })).toMatchObject({ code: 0 })
  },
)

test.concurrent('http with several processes', async () => {
  await using folder = await temporaryFolder()
  await using child = await start(folder, ['chdir = %d', 'module = app', 'http = 127.0.0.1:0', 'workers = 3'])
  expect(readyCount(child)).toBe(3)
  const url = addressOf(child)
  expect((await ask(url))[1]).toMatch(/^one \d+$/)
  await reload(folder, child)
  expect(readyCount(child)).toBe(6)
  expect((await ask(url))[1]).toMatch(/^two \d+$/)
  await child.stop('SIGINT')
})

test.concurrent('cheaper: few workers, and more under load', async () => {
  await using folder = await temporaryFolder()
  await using child = await start(folder, [
    'chdir = %d',
    'module = app',
    'http-socket = 127.0.0.1:0',
    'processes = 3',
    'cheaper = 1',
    'cheaper-overload = 1',
  ])
  expect(readyCount(child)).toBe(1)
  const url = addressOf(child)
  const grown = new AbortController()
  const load = Array.from({ length: 4 }, async () => {
    while (!grown.signal.aborted) await ask(`${url}/busy`)
  })
  try {
    await child.until(/worker 2 \(pid: \d+\) is ready/, 30_000)
  } finally {
    grown.abort()
    await Promise.all(load)
  }
  await reload(folder, child)
  expect((await ask(url))[1]).toMatch(/^two \d+$/)
  await child.stop()
})

test.concurrent('attach-daemon and cron', async () => {
  await using folder = await temporaryFolder()
  await using child = await start(folder, [
    'chdir = %d',
    'module = app',
    'http-socket = 127.0.0.1:0',
    "attach-daemon = sh -c 'echo the daemon is $$; exec sleep 600'",
    'cron = -1 -1 -1 -1 -1 echo the time has come',
  ])
  const pid = Number(/the daemon is (\d+)/.exec(await child.until(/the daemon is \d+\n/))?.[1])
  await child.until('the time has come')
  expect(alive(pid)).toBe(true)
  expect((await ask(addressOf(child)))[1]).toMatch(/^one \d+$/)
  await reload(folder, child)
  expect((await ask(addressOf(child)))[1]).toMatch(/^two \d+$/)
  expect(alive(pid)).toBe(true)
  await child.stop()
  await eventually(() => !alive(pid))
})
