import { chmodSync, existsSync, readFileSync, renameSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { eventually, groupMembers } from '@trivet/testing'
import { expect, test } from 'vitest'
import { Site, run } from './process-proxy.ts'

test('starts with the pid of the started process, and listens before it writes it', async () => {
  await using site = await Site.create('worker_processes 2;')
  const child = await site.start('-e', 'error.log')
  expect(readFileSync(site.path('nginx.pid'), 'utf8')).toBe(`${child.pid}\n`)
  expect(await site.text()).toMatch(/^pid \d+$/m)
  expect(site.log.match(/\[notice\] .* start worker process \d+$/gm)).toHaveLength(2)
})

test('QUIT lets a request finish and leaves nothing behind', async () => {
  await using site = await Site.create()
  const child = await site.start()
  child.process.kill('SIGQUIT')
  expect(await child.exited).toEqual({ code: 0, signal: null })
  expect(groupMembers(child.pid)).toEqual([])
  expect(existsSync(site.path('nginx.pid'))).toBe(false)
  expect(site.log).toMatch(/signal 3 \(SIGQUIT\) received, shutting down\n/)
  expect(site.log).toMatch(/gracefully shutting down\n.*exiting\n.*worker process \d+ exited with code 0\n.*exit\n$/s)
  expect(site.log).not.toContain('[alert]')
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends at once, with a connection open', async (signal) => {
  await using site = await Site.create()
  const child = await site.start()
  const client = connect(site.port, '127.0.0.1')
  const closed = new Promise((resolve) => client.once('close', resolve))
  client.on('error', () => {})
  client.write('GET / HT')
  await new Promise((resolve) => client.once('connect', resolve))
  child.process.kill(signal)
  expect(await child.exited).toEqual({ code: 0, signal: null })
  await closed
  expect(groupMembers(child.pid)).toEqual([])
  expect(existsSync(site.path('nginx.pid'))).toBe(false)
  expect(site.log).not.toContain('[alert]')
})

test('HUP serves by the new configuration, with new workers', async () => {
  await using site = await Site.create()
  const child = await site.start()
  const before = await site.text()
  site.configure('', 'location / { return 200 "new\\n"; }')
  child.process.kill('SIGHUP')
  expect(before).toMatch(/^pid/)
  await eventually(async () => (await site.text()) === 'new\n')
  await site.logged(/worker process \d+ exited with code 0/)
  expect(site.log).toContain('signal 1 (SIGHUP) received, reconfiguring')
})

test('HUP with a bad configuration keeps the old one and says where the error is', async () => {
  await using site = await Site.create()
  const child = await site.start()
  const before = await site.text()
  site.configure('nonsense on;\nmore_nonsense;', '')
  child.process.kill('SIGHUP')
  await site.logged(/\[emerg\] \d+#\d+: unknown directive "more_nonsense" in .*nginx\.conf:2\n/)
  expect(site.log).toMatch(/\[emerg\] \d+#\d+: unknown directive "nonsense" in .*nginx\.conf:1\n/)
  expect(await site.text()).toBe(before)
})

test('HUP binds new addresses, closes those that are gone, and keeps all when one cannot be bound', async () => {
  await using site = await Site.create()
  await using other = await Site.create()
  const child = await site.start()
  site.configure('', 'location / { return 200; }', `unix:${site.path('socket')}`)
  child.process.kill('SIGHUP')
  await site.logged(/exited with code 0/)
  await expect(site.text()).rejects.toThrow('fetch failed')
  expect(existsSync(site.path('socket'))).toBe(true)
  await other.start()
  site.configure('', 'location / { return 200; }', `127.0.0.1:${other.port}`)
  child.process.kill('SIGHUP')
  await site.logged(/\[emerg\] .*bind\(\) to 127\.0\.0\.1:\d+ failed \(98: Address already in use\)/)
  expect(existsSync(site.path('socket'))).toBe(true)
  child.process.kill('SIGQUIT')
  await child.exited
  expect(existsSync(site.path('socket'))).toBe(false)
})

test('USR1 opens the logs anew, in master and workers', async () => {
  await using site = await Site.create()
  const child = await site.start()
  await site.text()
  renameSync(site.path('error.log'), site.path('error.old'))
  renameSync(site.path('access.log'), site.path('access.old'))
  child.process.kill('SIGUSR1')
  await eventually(() => existsSync(site.path('error.log')) && existsSync(site.path('access.log')))
  await site.text()
  await eventually(() => readFileSync(site.path('access.log'), 'utf8').includes('GET / HTTP/1.1'))
  expect(child.output).not.toContain('Debugger')
})

test('WINCH changes nothing in the foreground: a terminal sends it', async () => {
  await using site = await Site.create()
  const child = await site.start()
  const before = await site.text()
  child.process.kill('SIGWINCH')
  await site.logged(/signal 28 \(SIGWINCH\) received$/m)
  expect(await site.text()).toBe(before)
})

test('USR2 starts a new master on the same sockets, which goes on when the old one quits', async () => {
  await using site = await Site.create('', 'location / { return 200 "$pid\\n"; } listen unix:socket;')
  const child = await site.start()
  const numberIn = (file: string): number => Number(readFileSync(site.path(file), 'utf8'))
  const taken = async (): Promise<number> =>
    await eventually(() => {
      const isTaken = existsSync(site.path('nginx.pid.oldbin')) && existsSync(site.path('nginx.pid'))
      return isTaken ? numberIn('nginx.pid') : undefined
    })
  child.process.kill('SIGUSR2')
  const second = await taken()
  expect([second === child.pid, numberIn('nginx.pid.oldbin')]).toEqual([false, child.pid])
  child.process.kill('SIGUSR2')
  await site.logged(/SIGUSR2\) received, ignoring/)
  child.process.kill('SIGQUIT')
  expect((await child.exited).code).toBe(0)
  expect(existsSync(site.path('socket'))).toBe(true)
  const worker = await site.text()
  expect(worker).toMatch(/^\d+$/m)

  process.kill(second, 'SIGUSR2')
  const third = await taken()
  process.kill(third, 'SIGTERM')
  await eventually(() => !existsSync(site.path('nginx.pid.oldbin')))
  expect([numberIn('nginx.pid'), await site.text()]).toEqual([second, worker])
  expect(existsSync(site.path('socket'))).toBe(true)
  process.kill(second, 'SIGQUIT')
  await eventually(() => groupMembers(child.pid).length === 0)
  expect(existsSync(site.path('socket'))).toBe(false)
  expect(site.log).not.toContain('[alert]')
})

test('a new master that cannot start leaves the old one as it was', async () => {
  await using site = await Site.create()
  const child = await site.start()
  const before = await site.text()
  site.configure('nonsense;', '')
  child.process.kill('SIGUSR2')
  await site.logged(/new binary process \d+ exited with code 1/)
  await eventually(() => !existsSync(site.path('nginx.pid.oldbin')))
  expect(readFileSync(site.path('nginx.pid'), 'utf8')).toBe(`${child.pid}\n`)
  expect(await site.text()).toBe(before)
})

test('a killed worker is replaced', async () => {
  await using site = await Site.create()
  await site.start()
  const [, pid] = await site.logged(/start worker process (\d+)/)
  process.kill(Number(pid), 'SIGKILL')
  await site.logged(/\[alert\] .*worker process \d+ exited on signal 9/)
  await eventually(() => site.log.match(/start worker process \d+/g)?.length === 2)
  expect(await site.text()).toMatch(/^pid/)
})

test('workers do not outlive a killed master', async () => {
  await using site = await Site.create('worker_processes 2;')
  const child = await site.start()
  child.process.kill('SIGKILL')
  await child.exited
  await eventually(() => groupMembers(child.pid).length === 0)
})

test('-s speaks to the running master', async () => {
  await using site = await Site.create()
  const child = await site.start()
  expect(await run(site, '-s', 'reopen')).toEqual({ code: 0, output: '' })
  await site.logged(/signal 10 \(SIGUSR1\) received, reopening logs/)
  site.configure('nonsense;', '')
  expect((await run(site, '-s', 'reload')).code).toBe(1)
  expect(await run(site, '-s', 'quit')).toEqual({ code: 0, output: '' })
  expect((await child.exited).code).toBe(0)
  expect(site.log).not.toContain('SIGHUP')
  const gone = await run(site, '-s', 'stop')
  expect(gone).toEqual({
    code: 1,
    output: `nginx: [error] open() "${site.path('nginx.pid')}" failed (2: No such file or directory)\n`,
  })
})

test.runIf(process.getuid?.() === 0)(
  'workers of another user have logs and bodies in folders of the master',
  async () => {
    await using site = await Site.create('user nobody;')
    chmodSync(site.folder.path, 0o755)
    const logs = 'access_log own/access.log; error_log own.log;'
    site.configure('user nobody;', `${logs} location / { return 200; } location /up { proxy_pass ${site.url}; }`)
    const child = await site.start()
    const body = Buffer.alloc(100_000)
    expect((await fetch(`${site.url}up`, { method: 'POST', body, headers: { connection: 'close' } })).status).toBe(200)
    renameSync(site.path('own/access.log'), site.path('own/access.log.1'))
    child.process.kill('SIGUSR1')
    await site.logged(/ \[notice\] .* reopening logs\n.* reopening logs/)
    await eventually(async () => (await site.text()) === '' && readFileSync(site.path('own/access.log'), 'utf8') !== '')
    const { uid } = statSync(site.path('client_body_temp'))
    expect(uid).not.toBe(0)
    for (const name of ['own/access.log', 'own.log']) expect(statSync(site.path(name)).uid, name).toBe(uid)
  },
)
