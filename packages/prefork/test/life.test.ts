import { connect } from 'node:net'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { WorkerFailed } from '@trivet/prefork'
import { expect, test } from 'vitest'
import { alive, get, Herd, running } from './harness.ts'

test('a worker that dies is replaced in its slot', async () => {
  await using herd = await Herd.started({ processes: 2, ...running('crashes.ts'), respawnDelay: 1 })
  const [first] = herd.master.workers
  const failed = herd.next('failed')
  const exit = herd.next('exit')
  const ready = herd.next('ready')
  process.kill(first?.pid ?? 0, 'SIGKILL')
  expect((await failed)[1]).toMatchObject({
    code: 'exited',
    message: expect.stringMatching('was ended by SIGKILL unasked'),
  })
  expect((await exit).slice(1)).toEqual([null, 'SIGKILL'])
  expect((await ready)[0]).toMatchObject({ slot: first?.slot, state: 'ready' })
  expect(herd.master.workers).toHaveLength(2)
})

test('a crash loop is throttled, and given up at the limit', async () => {
  const limits = { respawnDelay: 40, respawnDelayMax: 80, respawnLimit: 3 }
  const deaths: number[] = []
  await using herd = await Herd.bound({ ...running('crashes.ts'), payload: 'loop', ...limits })
  const gaveUp = new Promise<WorkerFailed>((resolve) => {
    herd.master.on('failed', (_worker, error) => {
      if (error.code === 'gave-up') resolve(error)
      else deaths.push(performance.now())
    })
  })
  await herd.master.start()
  const error = await gaveUp
  expect(error.message).toMatch(/worker 0 is not started again: .* exited with code 7 unasked$/)
  expect(deaths).toHaveLength(4)
  const [one = 0, two = 0, three = 0, four = 0] = deaths
  expect([two - one >= 40, three - two >= 80, four - three >= 80]).toEqual([true, true, true])
  expect(herd.master.workers).toEqual([])
})

test('a worker that no longer answers pings is replaced, one that does is left alone', async () => {
  await using herd = await Herd.started({ ...running('hangs.ts'), processes: 2, hangTimeout: 1000, respawnDelay: 1 })
  const [, sound] = herd.pids
  const failed = herd.next('failed')
  const ready = herd.next('ready')
  herd.master.broadcast({ type: 'hang', slot: 0 })
  expect((await failed)[1]).toMatchObject({
    code: 'hung',
    message: expect.stringContaining('did not answer for 1000 ms'),
  })
  expect((await ready)[0]).toMatchObject({ slot: 0 })
  expect(herd.pids).toContain(sound)
})

test('a worker that ignores drain is killed when its time is up', async () => {
  await using herd = await Herd.started({ ...running('ignores-drain.ts'), drainTimeout: 150 })
  const { pids } = herd
  const exit = herd.next('exit')
  const begin = performance.now()
  await herd.master.stop()
  expect(performance.now() - begin).toBeGreaterThanOrEqual(149)
  expect((await exit).slice(1)).toEqual([null, 'SIGKILL'])
  expect(herd.lines).toEqual(['stdout I stay'])
  expect(pids.some(alive)).toBe(false)
})

test('a second, less patient stop() overtakes the first', async () => {
  await using herd = await Herd.started(running('ignores-drain.ts'))
  const first = herd.master.stop()
  await herd.master.stop({ graceful: false, timeout: 50 })
  await first
})

test('drain finishes what is in flight', async () => {
  await using herd = await Herd.started(running('slow.ts'))
  const answer = text(connect(herd.listener.address as { host: string; port: number }))
  await herd.next('message')
  const exit = herd.next('exit')
  await herd.master.stop()
  expect(await answer).toBe('finished')
  expect((await exit).slice(1)).toEqual([0, null])
})

test('a worker that closes its control connection cannot be led any more and is replaced', async () => {
  await using herd = await Herd.started({ ...running('hangs-up.ts'), killTimeout: 50, respawnDelay: 1 })
  const failed = herd.next('failed')
  const ready = herd.next('ready')
  herd.master.broadcast({ type: 'hang up' })
  expect((await failed)[1]).toMatchObject({ code: 'protocol' })
  expect((await ready)[0]).toMatchObject({ slot: 0 })
})

test('output comes line by line, an endless line in pieces, the last one without a newline too', async () => {
  await using herd = await Herd.started(running('talks.ts'))
  await herd.master.stop()
  expect(herd.lines.filter((line) => line.startsWith('stdout'))).toEqual(['stdout one', 'stdout two', 'stdout three'])
  const pieces = herd.lines.filter((line) => line.startsWith('stderr')).map((line) => line.slice('stderr '.length))
  expect(pieces.length).toBeGreaterThan(1)
  expect(pieces.join('')).toBe('x'.repeat(100_000))
})

test('messages pass both ways, and `ready` says what it serves', async () => {
  await using herd = await Herd.started(running('talks.ts'))
  expect(herd.info).toEqual({ applications: ['guestbook'] })
  const heard = herd.next('message')
  herd.master.broadcast({ type: 'reopen', why: 'rotated' })
  expect((await heard)[1]).toEqual({ type: 'heard', message: { type: 'reopen', why: 'rotated' } })
})

test('a worker that wants to leave gets a successor at once, and that is no failure', async () => {
  await using herd = await Herd.started(running('talks.ts'))
  const [before] = herd.pids
  const failures: unknown[] = []
  herd.master.on('failed', (_worker, error) => failures.push(error))
  const ready = herd.next('ready')
  const exit = herd.next('exit')
  herd.master.broadcast({ type: 'leave' })
  expect((await exit).slice(1)).toEqual([0, null])
  expect((await ready)[0]).toMatchObject({ slot: 0, state: 'ready' })
  expect(herd.pids).toHaveLength(1)
  expect(herd.pids).not.toContain(before)
  expect(failures).toEqual([])
})

test('workers do not mind SIGINT, SIGHUP and SIGUSR1', async () => {
  await using herd = await Herd.started(running('talks.ts'))
  const [pid = 0] = herd.pids
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1'] as const) process.kill(pid, signal)
  const heard = herd.next('message')
  herd.master.broadcast({ type: 'still there?' })
  await heard
  expect(herd.pids).toEqual([pid])
})

if (process.platform === 'linux') {
  test('what the application starts inherits neither listeners nor the control channel nor their names', async () => {
    await using herd = await Herd.started(running('grandchild.ts'))
    const { own, inherited } = herd.info as { own: string[]; inherited: string[] }
    expect(own[0]).toMatch(/^socket:/)
    expect(inherited).not.toContain(own[0])
    expect(inherited.filter((line) => /^(TRIVET|LISTEN)_/.test(line))).toEqual([])
    expect(inherited.some((line) => line.startsWith('PATH='))).toBe(true)
  })
}

test('connections wait in the backlog while no worker is alive', async () => {
  await using herd = await Herd.started({ processes: 2, respawnDelay: 100 })
  for (const pid of herd.pids) process.kill(pid ?? 0, 'SIGKILL')
  await herd.next('exit')
  await herd.next('exit')
  expect(herd.master.workers).toEqual([])
  const answers = await Promise.all(Array.from({ length: 20 }, () => get(herd.listener.address)))
  expect(answers).toHaveLength(20)
})

if (process.getuid?.() === 0) {
  test('workers run as the user, group and groups they are given', async () => {
    const who = { uid: 65_534, gid: 65_534, groups: [65_533] }
    const print = ['-c', 'id -u; id -g; id -G; exit 1']
    await using herd = await Herd.bound({ command: '/bin/sh', args: print, ...who })
    await expect(herd.master.start()).rejects.toMatchObject({ code: 'exited' })
    expect(herd.lines).toEqual(['stdout 65534', 'stdout 65534', 'stdout 65534 65533'])
  })

  test('a worker of another user may join, and has no other groups', async () => {
    await using herd = await Herd.started({ uid: 65_534, gid: 65_534 })
    expect(await herd.get()).toMatchObject({ slot: 0 })
  })

  test('a worker of another user cannot replace what the master will touch as root', async () => {
    await using herd = await Herd.bound({ uid: 65_534, gid: 65_534, ...running('plants-links.ts') })
    const planted = herd.next('message')
    await herd.master.start()
    expect(await planted).toMatchObject([{}, { type: 'planted', errors: ['EACCES', 'EACCES'] }])
  })
}

test('events of a stopped master are over', async () => {
  await using herd = await Herd.started()
  const exit = once(herd.master, 'exit')
  await herd.master.stop()
  expect((await exit).slice(1)).toEqual([0, null])
  await expect(herd.master.reload()).rejects.toMatchObject({ code: 'wrong-state' })
  herd.master.broadcast({ type: 'reopen' })
})
