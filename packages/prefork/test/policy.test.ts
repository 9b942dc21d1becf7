import { expect, test, vi } from 'vitest'
import { alive, Herd, running } from './harness.ts'

test('a worker past its request’s deadline is killed, named, and replaced at once', async () => {
  await using herd = await Herd.started({
    ...running('keeps-record.ts'),
    policy: { harakiriGrace: 50 },
    respawnDelay: 1,
  })
  const [failed, ready] = [herd.next('failed'), herd.next('ready')]
  herd.master.broadcast({ type: 'block', request: 'GET /loop' })
  const begun = performance.now()
  expect((await failed)[1]).toMatchObject({
    code: 'killed',
    message: expect.stringMatching(/was killed: harakiri: GET \/loop has run for \d\.\d s/),
  })
  expect(performance.now() - begun).toBeGreaterThan(1000)
  expect((await ready)[0]).toMatchObject({ slot: 0, respawns: 1 })
})

test('a worker that has answered enough is replaced: its successor is ready before it leaves', async () => {
  const policy = { maxRequests: 10, minLifetime: 0 }
  await using herd = await Herd.started({ ...running('keeps-record.ts'), policy })
  const actions: unknown[] = []
  herd.master.on('action', (action, worker) => actions.push([action.kind, worker?.slot, action.reason]))
  const events: string[] = []
  herd.master.on('ready', () => events.push('ready'))
  herd.master.on('exit', (_worker, code) => events.push(`exit ${code}`))
  const exit = herd.next('exit')
  herd.master.broadcast({ type: 'show', requests: 10, request: '' })
  await exit
  expect(events).toEqual(['ready', 'exit 0'])
  expect(actions).toEqual([['recycle', 0, 'it has answered 10 requests (`max-requests`)']])
  expect(herd.master.workers).toMatchObject([{ slot: 0, state: 'ready', respawns: 1 }])
})

test('a successor that does not come up changes nothing, and is not tried again and again', async () => {
  await using herd = await Herd.started({ ...running('ready-once.ts'), respawnDelay: 60_000, respawnDelayMax: 60_000 })
  const [worker] = herd.master.workers
  if (worker === undefined) throw new Error('no worker')
  const failed = herd.next('failed')
  const exit = herd.next('exit')
  vi.stubEnv('READY_ONCE', 'no')
  expect(herd.master.recycle(worker)).toBe(true)
  expect(herd.master.recycle(worker)).toBe(false)
  expect((await failed)[1]).toMatchObject({ code: 'start-failed' })
  await exit
  vi.unstubAllEnvs()
  expect(herd.master.workers).toEqual([worker])
  expect(worker.state).toBe('ready')
  expect(herd.master.recycle(worker)).toBe(false)
})

test('resize retires from the top and adds from the bottom', async () => {
  await using herd = await Herd.started({ processes: 3 })
  const [first] = herd.pids
  herd.master.resize(1)
  while (herd.master.workers.length > 1) await herd.next('exit')
  expect(herd.pids).toEqual([first])
  expect(await herd.get()).toMatchObject({ pid: first })
  herd.master.resize(2)
  await herd.next('ready')
  expect(herd.master.workers.map(({ slot }) => slot)).toEqual([0, 1])
  await herd.master.reload() // keeps the size
  expect(herd.master.size).toBe(2)
  await herd.master.reload({ processes: 4 })
  expect(herd.master.size).toBe(4)
  expect(() => herd.master.resize(5)).toThrow('0 to `processes` (4), got 5')
})

if (process.platform === 'linux') {
  test('idle workers go, and the next client brings one back and is served', async () => {
    await using herd = await Herd.started({ policy: { idle: 1000 } })
    const [before] = herd.pids
    await herd.next('exit')
    expect(herd.master.workers).toEqual([])
    const answer = await herd.get()
    expect(answer.pid).not.toBe(before)
    expect(answer.slot).toBe(0)
  })
}

test('a chain reload goes slot by slot: never more than one worker beside the others', async () => {
  await using herd = await Herd.started({ processes: 3, payload: 'old' })
  const before = herd.pids
  const order: number[] = []
  herd.master.on('ready', ({ slot }) => order.push(slot))
  let most = 0
  herd.master.on('ready', () => {
    most = Math.max(most, herd.master.workers.filter(({ state }) => state !== 'draining').length)
  })
  await herd.master.reload({ payload: 'new' }, { chain: true })
  expect(order).toEqual([0, 1, 2])
  expect(most).toBe(4)
  while (herd.master.workers.length > 3) await herd.next('exit')
  expect(before.some(alive)).toBe(false)
  expect(herd.master.generation).toBe(1)
  expect(await herd.get()).toMatchObject({ payload: 'new', generation: 1 })
})

test('a chain whose first new worker does not come up ends there', async () => {
  await using herd = await Herd.started({ processes: 2, payload: 'old' })
  const before = herd.pids
  const reloaded = herd.master.reload({ ...running('throws-at-load.ts') }, { chain: true })
  await expect(reloaded).rejects.toMatchObject({ code: 'exited' })
  expect(herd.pids).toEqual(before)
  expect(herd.master.generation).toBe(0)
  expect(await herd.get()).toMatchObject({ payload: 'old' })
})

test('a size that shrinks while a generation is raised does not end that generation', async () => {
  await using herd = await Herd.started({ ...running('keeps-record.ts'), processes: 2 })
  const reloading = herd.master.reload()
  await herd.next('spawn')
  herd.master.resize(1)
  await reloading
  expect(herd.master.workers.filter(({ state }) => state === 'ready').map(({ generation }) => generation)).toEqual([
    1, 1,
  ])
})
