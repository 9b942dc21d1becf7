/** `trivet up`, as a newcomer meets it: one command, an address, Ctrl-C. */
import { readdir } from 'node:fs/promises'
import {
  type Child,
  Child as Process,
  accepts,
  eventually,
  freePort,
  groupMembers,
  temporaryFolder,
  underLoad,
} from '@trivet/testing'
import { fetch } from 'undici'
import { expect, test } from 'vitest'
import { bin, fixture } from './stack.ts'

const origin = async (child: Child): Promise<string> =>
  /http:\/\/[\w.:]+/.exec(await child.until(/is at http:\/\/[\w.:]+/))?.[0] ?? ''

test('without arguments: the guestbook; a posted entry is in the next page; Ctrl-C leaves nothing', async () => {
  await using folder = await temporaryFolder()
  const port = await freePort()
  const env = { PORT: String(port), GUESTBOOK_DATA: folder.join('data'), TMPDIR: folder.path }
  await using child = await Process.start(bin('trivet'), ['up'], { env })
  expect(await origin(child)).toBe(`http://127.0.0.1:${port}`)
  const form = new URLSearchParams({ name: 'Ada', message: 'first & <foremost>' })
  const signed = await fetch(`http://127.0.0.1:${port}/entries`, { method: 'POST', body: form, redirect: 'manual' })
  expect(signed.status).toBe(303)
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('first &amp; &lt;foremost&gt;')
  const exit = await child.stop('SIGINT', { sockets: [{ host: '127.0.0.1', port }] })
  expect(exit).toEqual({ code: 0, signal: null })
  expect(await readdir(folder.path)).toEqual(['data'])
})

test('an application alone gets a proxy before it', async () => {
  const port = await freePort()
  await using child = await Process.start(bin('trivet'), ['up', fixture('probe.ts'), '--port', String(port)])
  expect(await (await fetch(`${await origin(child)}/hello`)).text()).toBe('hello')
  await child.stop('SIGTERM', { sockets: [{ host: '127.0.0.1', port }] })
})

test("an nginx.conf of one's own: the application listens where `uwsgi_pass` leads", async () => {
  await using folder = await temporaryFolder()
  const port = await freePort()
  const conf = await folder.write(
    'site.conf',
    `events {} http { upstream app { server unix:${folder.join('a.sock')}; }
     server { listen 127.0.0.1:${port}; location / { include uwsgi_params; uwsgi_pass app; } } }`,
  )
  await using child = await Process.start(bin('trivet'), ['up', conf, fixture('probe.ts')])
  expect(await (await fetch(`${await origin(child)}/hello`)).text()).toBe('hello')
  await child.stop('SIGINT', { files: [folder.join('a.sock')] })
})

test('HUP reloads both tiers, and nothing is lost', async () => {
  await using folder = await temporaryFolder()
  const port = await freePort()
  const ini = await folder.write(
    'app.ini',
    `[uwsgi]\nmodule = ${fixture('probe.ts')}\nsocket = ${folder.join('a.sock')}\n`,
  )
  const conf = await folder.write(
    'site.conf',
    `events {} http { access_log off; server { listen 127.0.0.1:${port};
     location / { include uwsgi_params; uwsgi_pass unix:${folder.join('a.sock')}; } } }`,
  )
  await using child = await Process.start(bin('trivet'), ['up', conf, ini])
  const old = await (await fetch(`${await origin(child)}/pid`)).text()
  const result = await underLoad(
    { host: '127.0.0.1', port },
    async () => {
      child.signal('SIGHUP')
      await eventually(async () => (await (await fetch(`http://127.0.0.1:${port}/pid`)).text()) !== old)
    },
    { path: '/hello' },
  )
  expect(result.failures).toEqual([])
  await child.stop('SIGTERM')
})

test('killed outright, its workers leave by themselves', async () => {
  await using folder = await temporaryFolder() // for what a killed process cannot clean up
  const port = await freePort()
  const args = ['up', fixture('probe.ts'), '--port', String(port)]
  await using child = await Process.start(bin('trivet'), args, { env: { TMPDIR: folder.path } })
  await origin(child)
  child.signal('SIGKILL')
  await child.untilExit()
  await eventually(() => groupMembers(child.pid).length === 0, { what: 'the workers to leave' })
  expect(await accepts({ host: '127.0.0.1', port })).toBe(false)
})

test('a port in use is named, and nothing keeps running', async () => {
  const port = await freePort()
  await using first = await Process.start(bin('trivet'), ['up', fixture('probe.ts'), '--port', String(port)])
  await origin(first)
  await using second = await Process.start(bin('trivet'), ['up', fixture('probe.ts'), '--port', String(port)])
  const exit = await second.untilExit()
  expect(exit.code).toBe(1)
  expect(second.output).toContain(`:${port}`)
  expect(second.output).toMatch(/in use/i)
  expect(groupMembers(second.pid)).toEqual([])
  await first.stop('SIGINT')
})
