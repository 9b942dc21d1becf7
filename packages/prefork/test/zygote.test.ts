import { readFileSync } from 'node:fs'
import { Child, eventually, runToEnd } from '@trivet/testing'
import { expect, test } from 'vitest'
import { alive, get, Herd, script } from './harness.ts'

const python = await runToEnd('python3', ['-c', '']).then(
  ({ code }) => code === 0,
  () => false,
)
const forks = { command: 'python3', args: [script('forks.py')], zygote: true, respawnDelay: 1 }
const parent = (pid: number | undefined): number =>
  Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1])

test.skipIf(!python)('workers are forked from one process that has loaded the application [python3]', async () => {
  await using herd = await Herd.started({ ...forks, processes: 3 })
  const [zygote = 0, ...others] = new Set(herd.pids.map(parent))
  expect(others).toEqual([])
  expect(parent(zygote)).toBe(process.pid)
  expect(herd.master.workers.map(({ info }) => info)).toEqual(
    [0, 1, 2].map((slot) => ({ application: `loaded by ${zygote}`, slot })),
  )
  expect(await get(herd.listener.address)).toMatch(new RegExp(`^loaded by ${zygote}, answered by \\d+$`))
  const records = (await herd.master.snapshot()).map(({ record, memory }) => [record.pid, (memory?.rss ?? 0) > 1e6])
  expect(records).toEqual(herd.pids.map((pid) => [pid, true]))
  await eventually(() => herd.lines.length === 6)
  expect(herd.lines.toSorted()).toEqual([...Array(3).fill('stderr and said so'), ...Array(3).fill('stdout forked')])
  await herd.master.stop()
  expect(alive(zygote)).toBe(false)
})

test.skipIf(!python)('a forked worker that dies is told with its signal and forked again [python3]', async () => {
  await using herd = await Herd.started(forks)
  const zygote = parent(herd.pids[0])
  const [exit, ready] = [herd.next('exit'), herd.next('ready')]
  herd.master.broadcast({ type: 'crash' })
  expect((await exit).slice(1)).toEqual([null, 'SIGSEGV'])
  await ready
  expect(parent(herd.pids[0])).toBe(zygote)
})

test.skipIf(!python)(
  'a reload raises a zygote of its own, and the old one leaves with its children [python3]',
  async () => {
    await using herd = await Herd.started({ ...forks, processes: 2 })
    const old = parent(herd.pids[0])
    await expect(herd.master.reload({ payload: 'broken' })).rejects.toMatchObject({
      code: 'start-failed',
      step: 'load application',
      trace: 'Traceback: no module named app',
    })
    expect(new Set(herd.pids.map(parent))).toEqual(new Set([old]))
    await herd.master.reload({ payload: null })
    while (herd.master.workers.length > 2) await herd.next('exit')
    expect(new Set(herd.pids.map(parent)).has(old)).toBe(false)
    await eventually(() => !alive(old))
  },
)

test.skipIf(!python)('workers outlive their zygote, the next are forked by a new one [python3]', async () => {
  await using herd = await Herd.started(forks)
  const [pid] = herd.pids
  const old = parent(pid)
  process.kill(old, 'SIGKILL')
  await herd.next('failed')
  expect(await get(herd.listener.address)).toMatch(`answered by ${pid}`)
  const [exit, ready] = [herd.next('exit'), herd.next('ready')]
  process.kill(pid ?? 0, 'SIGKILL')
  await exit
  await ready
  expect(parent(herd.pids[0])).not.toBe(old)
  expect(await get(herd.listener.address)).toMatch(`loaded by ${parent(herd.pids[0])}`)
})

test.skipIf(!python)('an application that does not load: start() rejects with its traceback [python3]', async () => {
  await using herd = await Herd.bound({ ...forks, processes: 2, payload: 'broken' })
  const failures: unknown[] = []
  herd.master.on('failed', (_worker, error) => failures.push(error.message))
  await expect(herd.master.start()).rejects.toMatchObject({ code: 'start-failed', trace: expect.any(String) })
  expect(failures).toEqual([expect.stringContaining('no module named app')])
})

test.skipIf(!python)('without a zygote the same program is an ordinary worker [python3]', async () => {
  await using herd = await Herd.started({ ...forks, zygote: false, processes: 2 })
  expect(herd.pids.map(parent)).toEqual([process.pid, process.pid])
  await herd.master.stop()
})

test.skipIf(!python)('a worker that waits to be forked holds up no stop [python3]', async () => {
  const stuck = { ...forks, payload: 'stuck', startTimeout: 600_000 }
  await using herd = await Herd.bound(stuck)
  const started = herd.master.start().catch((error: unknown) => error)
  await herd.next('spawn')
  const begun = performance.now()
  await herd.master.stop({ graceful: false, timeout: 50 })
  expect(performance.now() - begun).toBeLessThan(30_000)
  expect(await started).toMatchObject({ code: 'stopped' })
})

test.skipIf(!python || process.platform !== 'linux')(
  'a forked worker cannot have somebody else killed by taking his number [python3]',
  async () => {
    await using victim = await Child.start('sleep', ['60'])
    const env = { ...process.env, PRETENDED_NUMBER: String(victim.pid) }
    await using herd = await Herd.started({ ...forks, env })
    expect(herd.pids).toEqual([undefined])
    await herd.master.stop({ graceful: false, timeout: 50 })
    expect(alive(victim.pid)).toBe(true)
  },
)
