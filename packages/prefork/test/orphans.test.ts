import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Child, eventually, groupMembers, temporaryFolder, type Folder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { script } from './harness.ts'

interface Running {
  readonly child: Child
  readonly pids: readonly number[]
}

async function startMaster(folder: Folder, worker: string): Promise<Running> {
  const program = join(import.meta.dirname, 'masters', 'plain.ts')
  const child = await Child.start(process.execPath, ['--conditions=@trivet/source', program, script(worker), '2'], {
    env: { TMPDIR: folder.path },
  })
  const output = await child.until('\n')
  return { child, pids: (JSON.parse(output) as { pids: number[] }).pids }
}

test('a master killed with -9 leaves no worker, and no control folder', async () => {
  await using folder = await temporaryFolder()
  const { child, pids } = await startMaster(folder, 'serve.ts')
  await using _ = child
  expect(pids).toHaveLength(2)
  expect(readdirSync(folder.path)).toHaveLength(1)
  child.signal('SIGKILL')
  await child.exited
  await eventually(() => groupMembers(child.pid).length === 0, { what: 'the end of the workers' })
  expect(readdirSync(folder.path)).toEqual([])
})

test('a worker that will not drain ends itself when the master is gone', async () => {
  await using folder = await temporaryFolder()
  const { child } = await startMaster(folder, 'ignores-drain.ts')
  await using _ = child
  child.signal('SIGKILL')
  await child.exited
  await eventually(() => groupMembers(child.pid).length === 0, { what: 'the end of the workers' })
})
