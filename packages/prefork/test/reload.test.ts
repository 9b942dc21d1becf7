import { Agent } from 'node:http'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { get, Herd, running } from './harness.ts'

/** Requests without a pause from several clients at once until `during` has ended. */
async function underLoad(herd: Herd, agent: Agent | undefined, during: () => Promise<void>): Promise<Set<number>> {
  const pids = new Set<number>()
  const failures: unknown[] = []
  const ending = new AbortController()
  const client = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        pids.add((await herd.get(agent)).pid)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  const clients = Promise.all(Array.from({ length: 16 }, client))
  try {
    await during()
  } finally {
    ending.abort()
    await clients
    agent?.destroy()
  }
  expect(failures).toEqual([])
  return pids
}

test.each([
  ['a connection per request', undefined],
  ['kept-alive connections', new Agent({ keepAlive: true })],
])('reload under load loses nothing: %s', async (_name, agent) => {
  await using herd = await Herd.started({ processes: 2, ...running('polite.ts') })
  const pids = await underLoad(herd, agent, async () => {
    for (let round = 1; round <= 3; round += 1) {
      const before = herd.pids
      await herd.master.reload()
      expect(herd.master.generation).toBe(round)
      while (herd.pids.some((pid) => before.includes(pid))) await herd.next('exit')
    }
  })
  expect(pids.size).toBeGreaterThanOrEqual(4) // at least one worker of each generation served
})

test('reload over a unix socket under load loses nothing', async () => {
  await using folder = await temporaryFolder()
  await using herd = await Herd.started({ processes: 2, ...running('polite.ts') }, { path: folder.join('app.sock') })
  await underLoad(herd, undefined, async () => await herd.master.reload())
})

test('reload brings changed options into force', async () => {
  await using herd = await Herd.started({ processes: 1, payload: 'old' })
  await herd.master.reload({ processes: 2, payload: 'new' })
  expect(herd.master.workers.filter(({ state }) => state === 'ready').map(({ slot }) => slot)).toEqual([0, 1])
  expect(herd.master.workers.every(({ state, generation }) => (generation === 1) === (state === 'ready'))).toBe(true)
  while (herd.master.workers.length > 2) await herd.next('exit')
  expect(await herd.get()).toMatchObject({ generation: 1, payload: 'new' })
})

test('a reload to a broken worker reports it and the old generation keeps serving, and is still replaced', async () => {
  await using herd = await Herd.started({ processes: 2, payload: 'old', respawnDelay: 1 })
  const before = herd.pids
  await expect(herd.master.reload({ ...running('throws-at-load.ts'), payload: 'new' })).rejects.toMatchObject({
    code: 'exited',
    lastLines: expect.arrayContaining([expect.stringContaining('no module named guestbook')]),
  })
  expect(herd.pids).toEqual(before)
  expect(await herd.get()).toMatchObject({ generation: 0, payload: 'old' })
  const ready = herd.next('ready')
  process.kill(before[0] ?? 0, 'SIGKILL')
  expect((await ready)[0]).toMatchObject({ generation: 0 })
  await herd.master.reload()
  while (herd.master.workers.length > 2) await herd.next('exit')
  expect(await herd.get()).toMatchObject({ generation: 2, payload: 'old' })
})

test('reloads during a reload become one more, with the options of all', async () => {
  await using herd = await Herd.started({ payload: 'old' })
  const first = herd.master.reload()
  await Promise.resolve()
  const second = herd.master.reload({ payload: 'new' })
  const third = herd.master.reload({ processes: 2 })
  expect(third).toBe(second)
  await Promise.all([first, second])
  expect(herd.master.generation).toBe(2)
  while (herd.master.workers.length > 2) await herd.next('exit')
  expect(await herd.get()).toMatchObject({ generation: 2, payload: 'new' })
})

test('stop() ends a reload() under way', async () => {
  await using herd = await Herd.started()
  const reloaded = expect(herd.master.reload(running('never-ready.ts'))).rejects.toMatchObject({ code: 'stopped' })
  await Promise.resolve()
  await herd.master.stop()
  await reloaded
})

test('two listeners reach each worker', async () => {
  await using one = await Herd.started()
  await using two = await Herd.bound()
  await one.master.reload({ listeners: [one.listener, two.listener] })
  while (one.master.workers.length > 1) await one.next('exit')
  const answers = [await get(one.listener.address), await get(two.listener.address)]
  expect(new Set(answers).size).toBe(1)
})
