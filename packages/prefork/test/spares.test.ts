import { eventually, runToEnd } from '@trivet/testing'
import { expect, test } from 'vitest'
import { alive, Herd, running } from './harness.ts'

/** Processes that this one has started and that still run. */
async function children(): Promise<number> {
  const { output } = await runToEnd('ps', ['-A', '-o', 'ppid='])
  const itself = 1
  return output.split('\n').filter((line) => Number(line) === process.pid).length - itself
}

test('a reload takes a process that has been waiting, and another one is made', async () => {
  await using herd = await Herd.started({ ...running('tells-birth.ts'), spares: 1, payload: 'old' })
  for (const round of ['first', 'second']) {
    await eventually(async () => (await children()) === 2, { what: `the ${round} spare` })
    const begun = Date.now()
    await herd.master.reload({ payload: round })
    const { info } = herd.master.workers.find(({ state }) => state === 'ready') ?? {}
    const { born, payload } = (info ?? {}) as { born?: number; payload?: string }
    expect(payload).toBe(round)
    expect(born).toBeLessThan(begun)
    while (herd.master.workers.length > 1) await herd.next('exit')
  }
  const { pids } = herd
  await herd.master.stop()
  expect(pids.some(alive)).toBe(false)
})

test('a spare that was started differently is of no use, and goes', async () => {
  await using herd = await Herd.started({ ...running('tells-birth.ts'), spares: 1 })
  await herd.master.reload({ env: { ...process.env, COLOUR: 'blue' } })
  expect(herd.master.workers.find(({ state }) => state === 'ready')?.info).toMatchObject({ colour: 'blue' })
  await herd.master.reload({ spares: 0 })
  await herd.master.stop()
})
