/** What runs beside the workers, in a real container. */
import { existsSync } from 'node:fs'
import { eventually, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { spawnContainer, startServing } from './container-process.ts'

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('daemons are started again when they end, go with the master, and print to the log', async () => {
  await using folder = await temporaryFolder()
  await folder.write('once', '')
  const { child } = await startServing([
    '--attach-daemon',
    `echo hello from $COLOUR; exec sleep 1000`,
    '--attach-daemon2',
    `cmd=trap "echo bye; exit" USR1; while :; do sleep 0.05; done,stopsignal=USR1,touch=${folder.join('once')}`,
    '--env',
    'COLOUR=blue',
    '--smart-attach-daemon2',
    `${folder.join('smart.pid')} sleep 1001`,
    // No pid file: nobody knows whether it runs, so it is not started; the others are.
    '--smart-attach-daemon',
    `${folder.path} sleep 1003`,
  ])
  await using _ = child
  await child.until('[daemons] cannot look for "sleep 1003": EISDIR')
  await child.until('[daemon] hello from blue')
  const pid = Number(/spawning "echo hello.*\(pid: (\d+)\)/.exec(child.output)?.[1])
  process.kill(pid, 'SIGKILL')
  const output = await child.until(/respawning "echo hello.*\(pid: \d+\)/)
  expect(output).toContain('was ended by SIGKILL')
  expect(output).toMatch(/throttling "echo hello[^"]*" for 1 seconds/)
  const again = Number(/respawning "echo hello.*\(pid: (\d+)\)/.exec(output)?.[1])
  const smart = await eventually(async () => Number(await folder.read('smart.pid')))
  await child.until(/found "sleep 1001" by its pid file/)
  await folder.write('once', 'touched')
  await child.until('[daemon] bye')
  await child.stop()
  expect([alive(again), alive(smart)]).toEqual([false, true])
  expect(child.output.split('cannot look for').length).toBe(2)
  process.kill(smart, 'SIGKILL')
})

test('with the end of a control daemon the master stops', async () => {
  await using folder = await temporaryFolder()
  const wait = `while [ ! -e ${folder.join('end')} ]; do sleep 0.05; done`
  const { child } = await startServing(['--attach-control-daemon', wait])
  await using _ = child
  await folder.write('end', '')
  expect(await child.untilExit()).toEqual({ code: 0, signal: null })
  expect(child.output).toContain('a control daemon has ended: stopping')
})

test.runIf(existsSync('/usr/bin/setpriv'))('daemons go with a master that is killed', async () => {
  const { child } = await startServing(['--attach-daemon', 'exec sleep 1002'])
  await using _ = child
  const pid = Number(/spawning "exec sleep 1002" \(pid: (\d+)\)/.exec(child.output)?.[1])
  expect(alive(pid)).toBe(true)
  child.signal('SIGKILL')
  await eventually(() => !alive(pid))
})

test('hooks run in their order, and cron at once', async () => {
  await using folder = await temporaryFolder()
  const log = folder.join('order')
  const phases = ['asap', 'as-root', 'as-user', 'master-start', 'pre-app', 'post-fork', 'accepting1', 'post-app']
  const { child } = await startServing([
    ...phases.toReversed().flatMap((phase) => [`--hook-${phase}`, `appendn:${log} ${phase}`]),
    '--exec-asap',
    `echo exec-asap >> ${log}`,
    '--hook-pre-app',
    'putenv:COLOUR=green',
    '--hook-as-user-atexit',
    `appendn:${log} atexit`,
    '--cron',
    '-1 -1 -1 -1 -1 echo the time has come',
  ])
  await using _ = child
  await child.until('[cron] the time has come')
  const url = /serving http on (\S+)/.exec(child.output)?.[1] ?? ''
  expect(await (await fetch(`http://${url}/environ`)).json()).toMatchObject({ colour: 'green' })
  await child.stop()
  const [first, ...rest] = phases
  expect((await folder.read('order')).trim().split('\n')).toEqual([first, 'exec-asap', ...rest, 'atexit'])
})

test('a hook that fails ends the start, and nothing is left', async () => {
  const child = await spawnContainer(['--module', 'app.ts', '--http-socket', '127.0.0.1:0', '--exec-pre-app', 'exit 7'])
  await using _ = child
  expect(await child.untilExit()).toEqual({ code: 1, signal: null })
  expect(child.output).toContain('error: `hook-pre-app`: exec:exit 7 failed: command "exit 7" ended with code 7')
})

test('a stop during a hook of the start ends it, and nothing is begun any more', async () => {
  const options = ['--exec-post-app', 'echo at work; sleep 1000', '--mule', '--http-socket', '127.0.0.1:0']
  const child = await spawnContainer(['--module', 'app.ts', ...options])
  await using _ = child
  await child.until('[hook] at work')
  expect(await child.stop('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(child.output).toMatch(/ - stopped\n$/)
  expect(child.output).not.toMatch(/mule 1|serving http/)
})

test('every mistake is shown at its place', async () => {
  await using folder = await temporaryFolder()
  const ini = await folder.write(
    'a.ini',
    '[uwsgi]\ncron = 61 -1 -1 -1 -1 x\nattach-daemon2 = freq=1\nhook-asap = exce:ls\ntouch-exec = /x\n',
  )
  const child = await spawnContainer([ini, '--module', 'app.ts', '--http-socket', ':0', '--check'])
  await using _ = child
  expect((await child.untilExit()).code).toBe(1)
  for (const line of [
    'a.ini:2:8: error: `cron`: expected -59 to 59 as minute, got 61',
    'a.ini:3:18: error: `attach-daemon2`: needs `cmd`',
    'a.ini:4:13: error: `hook-asap`: expected ACTION:ARGUMENT, and there is no action `exce`, did you mean `exec`?',
    'a.ini:5:14: error: `touch-exec`: expected FILE COMMAND, got `/x`',
  ])
    expect(child.output).toContain(line)
})
