import { readdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Child, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { Herd, running, script } from './harness.ts'

test('the master reads what its workers say, and what the system says about them', async () => {
  await using herd = await Herd.started({ ...running('keeps-record.ts'), processes: 2 })
  const published = herd.next('message')
  herd.master.broadcast({ type: 'show', requests: 12, request: 'GET /slow' })
  await published
  const snapshots = await herd.master.snapshot()
  expect(snapshots.map(({ worker }) => worker.slot)).toEqual([0, 1])
  expect(snapshots.map(({ record }) => record.state)).toEqual(['ready', 'ready'])
  expect(snapshots.map(({ record, worker }) => record.pid === worker.pid)).toEqual([true, true])
  const [{ record, memory } = {}] = snapshots.filter(({ record }) => record.requests > 0)
  expect(record?.cores).toMatchObject([{ request: 'GET /slow', deadline: expect.any(Number) }])
  expect(memory?.rss).toBeGreaterThan(10_000_000)
})

test('a worker that is stuck is still seen, and dead ones leave no record', async () => {
  await using herd = await Herd.started({ ...running('keeps-record.ts'), respawnDelay: 1 })
  const published = herd.next('message')
  herd.master.broadcast({ type: 'block', request: 'GET /loop' })
  await published
  const [before] = await herd.master.snapshot()
  expect(before?.record.cores[0]?.request).toBe('GET /loop')
  const ready = herd.next('ready')
  process.kill(before?.worker.pid ?? 0, 'SIGKILL')
  await ready
  const [after] = await herd.master.snapshot()
  expect(after?.record).toMatchObject({ pid: after?.worker.pid, state: 'ready', requests: 0, cores: [{ request: '' }] })
  expect(after?.worker).toMatchObject({ slot: 0, respawns: 1 })
})

test('two generations never share a record, and five reloads take the room of two', async () => {
  await using folder = await temporaryFolder()
  const program = `${import.meta.dirname}/masters/reloads.ts`
  const args = ['--conditions=@trivet/source', program, script('leaves-at-once.py'), '5']
  await using child = await Child.start(process.execPath, args, { env: { TMPDIR: folder.path } })
  const output = await child.until('\n')
  const { board, most } = JSON.parse(output) as { board: string; most: number }
  expect(most).toBeLessThanOrEqual(4)
  expect(statSync(board).size).toBe(4 * 384)
  expect(readdirSync(dirname(board)).toSorted()).toEqual(['control', 'scoreboard'])
  child.signal('SIGTERM')
  expect(await child.exited).toEqual({ code: 0, signal: null })
  expect(await folder.list()).toEqual([])
})
