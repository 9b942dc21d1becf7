import { eventually } from '@trivet/testing'
import { expect, test } from 'vitest'
import { alive, Herd, running } from './harness.ts'

test('a reload takes a process that has been waiting, and another one is made', async () => {
  await using herd = await Herd.started({ ...running('tells-birth.ts'), spares: 1, payload: 'old' })
  await eventually(async () => {
    const begun = Date.now()
    await herd.master.reload({ payload: 'new' })
    const { info } = herd.master.workers.find(({ state }) => state === 'ready') ?? {}
    const { born, payload } = (info ?? {}) as { born?: number; payload?: string }
    expect(payload).toBe('new')
    while (herd.master.workers.length > 1) await herd.next('exit')
    return (born ?? Infinity) < begun
  })
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
