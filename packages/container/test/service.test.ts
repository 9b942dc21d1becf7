/** As a service: notifications, activation, background, pid files, names, limits, mules. */
import { readFileSync, statSync, utimesSync } from 'node:fs'
import { Child, eventually, exists, peer, runToEnd, temporaryFolder, withPeers } from '@trivet/testing'
import { expect, test } from 'vitest'
import { command, fixtures, spawnContainer, startServing } from './container-process.ts'

const receiver = `
import socket, sys
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(sys.argv[1].replace('@', chr(0)))
print('bound', flush=True)
while True:
    print('|'.join(server.recv(4096).decode().split(chr(10))), flush=True)
`

withPeers('python3').describe('under a service manager', () => {
  test('it is told of everything, at a path and at an abstract name', async () => {
    await using folder = await temporaryFolder()
    for (const socket of [folder.join('notify'), `@trivet-test-${process.pid}`]) {
      const manager = await Child.start(peer('python3'), ['-c', receiver, socket])
      await using _manager = manager
      await manager.until('bound')
      const { child } = await startServing([], { env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '400000' } })
      await using _ = child
      await manager.until(/READY=1\|STATUS=1 worker on 127\.0\.0\.1:\d+/)
      await manager.until('WATCHDOG=1')
      const from = manager.output.length
      child.signal('SIGHUP')
      await manager.until(/RELOADING=1\|MONOTONIC_USEC=\d+\|STATUS=reloading[^]*READY=1/, 30_000, from)
      await child.stop()
      await manager.until('STOPPING=1')
      expect(child.output).not.toContain('cannot be told')
    }
  })

  test('it serves on an inherited socket, which stays', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('activated.sock')
    const activate = `
import os, socket, sys
tcp = socket.socket(); tcp.bind(('127.0.0.1', 0)); tcp.listen()
unix = socket.socket(socket.AF_UNIX); unix.bind(${JSON.stringify(path)}); unix.listen()
fds = [os.dup(one.fileno()) for one in (tcp, unix)]
for target, fd in zip((13, 14), fds): os.dup2(fd, target)
for target in (13, 14): os.dup2(target, target - 10)
os.environ.update(LISTEN_FDS='2', LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[1], sys.argv[1:])
`
    const args = ['--module', 'app.ts', '--http-socket', 'fd://3', '--http-socket', 'fd://4', '--vacuum']
    const child = await Child.start(peer('python3'), ['-c', activate, process.execPath, command, ...args], {
      cwd: fixtures,
    })
    await using _ = child
    const output = await child.until(/serving http on unix:.*\n/)
    const address = /serving http on (127\.0\.0\.1:\d+)/.exec(output)?.[1] ?? ''
    expect(output).toContain(`serving http on unix:${path}`)
    expect(await (await fetch(`http://${address}/activated`)).text()).toBe('hello from /activated')
    child.signal('SIGHUP')
    await child.until(' - reloaded')
    expect(await (await fetch(`http://${address}/again`)).text()).toBe('hello from /again')
    await child.stop()
    expect(await exists(path)).toBe(true)
  })
})

test.concurrent('a descriptor that is no socket ends the start', async () => {
  const child = await spawnContainer(['--module', 'app.ts', '--http-socket', 'fd://77'])
  await using _ = child
  expect((await child.untilExit()).code).toBe(1)
  expect(child.output).toContain('`http-socket`: descriptor 77 is not an inherited socket')
})

test.concurrent('in the background: the command ends when it serves', async () => {
  await using folder = await temporaryFolder()
  const args = [
    '--module',
    'app.ts',
    '--http-socket',
    folder.join('a.sock'),
    '--vacuum',
    '--daemonize',
    folder.join('log'),
  ]
  const ran = await runToEnd(process.execPath, [command, ...args, '--safe-pidfile', folder.join('pid')], {
    cwd: fixtures,
  })
  expect(ran).toMatchObject({ code: 0, output: '' })
  const pid = Number(await folder.read('pid'))
  expect(await folder.read('log')).toContain('serving http on')
  process.kill(pid, 'SIGTERM')
  await eventually(async () => (await folder.list()).join() === 'log')
  await eventually(async () => (await folder.read('log')).includes('stopped'))
})

test.concurrent('in the background: a start that fails is told, with its code, and leaves the other’s number', async () => {
  await using folder = await temporaryFolder()
  await folder.write('app.mjs', 'throw new Error("no database")\n')
  await folder.write('pid', '4242\n')
  const args = ['--module', 'app', '--chdir', folder.path, '--http-socket', '127.0.0.1:0', '-d', folder.join('log')]
  const ran = await runToEnd(process.execPath, [command, ...args, '--safe-pidfile', folder.join('pid')])
  expect(ran.code).toBe(22)
  expect(ran.output).toContain('error: the application does not load, no worker can serve:\nError: no database')
  expect(await folder.read('pid')).toBe('4242\n')
})

test.runIf(process.platform === 'linux').concurrent('names, mask and limits of the processes', async () => {
  await using folder = await temporaryFolder()
  const { child } = await startServing([
    '--procname-prefix-spaced',
    'shop',
    '--procname-append',
    '!',
    '--umask',
    '027',
    '--limit-nproc',
    '4321',
    '--max-fd',
    '512',
    '--cpu-affinity',
    '1',
    '--pidfile2',
    folder.join('pid'),
    '--vacuum',
  ])
  await using _ = child
  const worker = Number(/worker 1 \(pid: (\d+)\) is ready/.exec(child.output)?.[1])
  const title = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  expect([title(child.pid), title(worker)]).toEqual([
    'shop trivet-container master!',
    'shop trivet-container worker 1!',
  ])
  const limits = readFileSync(`/proc/${worker}/limits`, 'utf8')
  expect(limits).toMatch(/^Max processes +4321 +4321 /m)
  expect(limits).toMatch(/^Max open files +512 +512 /m)
  expect(readFileSync(`/proc/${worker}/status`, 'utf8')).toMatch(/^Umask:\t0027$/m)
  await eventually(() => /^Cpus_allowed_list:\t0$/m.test(readFileSync(`/proc/${worker}/status`, 'utf8')))
  await eventually(async () => (await folder.read('pid')).trim() === String(child.pid))
  expect(statSync(folder.join('pid')).mode & 0o777).toBe(0o640)
  await child.stop('SIGTERM', { files: [folder.join('pid')] })
})

test.concurrent('mules run beside the workers, are replaced, and drain', async () => {
  await using folder = await temporaryFolder()
  const script = await folder.write(
    'mule.mjs',
    `console.log('the mule runs in', process.env.COLOUR, process.title)
process.on('SIGUSR2', () => { throw new Error('kicked') })
export const onDrain = () => new Promise((resolve) => setTimeout(() => { console.log('the mule has drained'); resolve() }, 50))
setInterval(() => {}, 1000)
`,
  )
  const touch = await folder.write('touch', '')
  const { child, url } = await startServing([
    `--mule=${script}`,
    '--mules',
    '1',
    '--touch-mules-reload',
    touch,
    '--env',
    'COLOUR=blue',
  ])
  await using _ = child
  await child.until('[mule 1] the mule runs in blue trivet-container mule 1')
  await child.until(/mule 2 \(pid: \d+\) is up\n/)
  const output = await child.until(/mule 1 \(pid: \d+\) is up, running/)
  const pid = Number(/mule 1 \(pid: (\d+)\) is up, running/.exec(output)?.[1])
  let from = child.output.length
  process.kill(pid, 'SIGUSR2')
  await child.until(/\[mule 1\] .*kicked[^]*\[mule 1\] the mule runs in blue/, 30_000, from)
  from = child.output.length
  utimesSync(touch, new Date(), new Date(Date.now() + 5000))
  await child.until(/\[mule 1\] the mule runs[^]*the mule has drained/, 30_000, from)
  await child.until('the mules were replaced')
  expect(await (await fetch(`${url}/x`)).text()).toBe('hello from /x')
  from = child.output.length
  await child.stop()
  expect(child.output.slice(from)).toContain('[mule 1] the mule has drained')
})
