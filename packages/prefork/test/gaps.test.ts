import { eventually } from '@trivet/testing'
import { expect, test } from 'vitest'
import { Herd, running } from './harness.ts'

/** How many workers each slot has had, and the state of the master while they come and go. */
function countSpawns({ master }: Herd): Map<number, number> {
  const spawns = new Map<number, number>()
  master.on('spawn', ({ slot }) => spawns.set(slot, (spawns.get(slot) ?? 0) + 1))
  return spawns
}

test('a worker that leaves while others of its generation are still starting gets a successor', async () => {
  const payload = { generation: 0, how: 'leaves' }
  await using herd = await Herd.bound({ processes: 2, ...running('leaves-early.ts'), payload })
  const spawns = countSpawns(herd)
  await herd.master.start()
  await eventually(() => (spawns.get(0) ?? 0) > 1, { what: 'a successor in the first slot' })
})

test('one that dies during a chain reload, too, however long its slot would have had to wait', async () => {
  const payload = { generation: 1, how: 'dies' }
  const loop = { respawnDelay: 600_000, respawnDelayMax: 600_000 }
  await using herd = await Herd.started({ processes: 2, ...running('leaves-early.ts'), payload, ...loop })
  const spawns = countSpawns(herd)
  await herd.master.reload({}, { chain: true })
  await eventually(() => (spawns.get(0) ?? 0) > 1, { what: 'a successor in the first slot' })
  expect(herd.master.size).toBe(2)
})
