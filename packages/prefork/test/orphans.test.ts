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

test('a socket that outlives the connection for a moment, as at the end of a killed master, goes all the same', async () => {
  await using folder = await temporaryFolder()
  const program = join(import.meta.dirname, 'masters', 'dies-in-parts.ts')
  await using child = await Child.start(process.execPath, [program, script('leaves-at-once.ts')], {
    env: { TMPDIR: folder.path },
  })
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' })
  await eventually(() => groupMembers(child.pid).length === 0, { what: 'the end of the worker' })
  expect(readdirSync(folder.path)).toEqual([])
})

test('what a master leaves that was killed with all its workers, the next one removes', async () => {
  await using folder = await temporaryFolder()
  const dead = await startMaster(folder, 'serve.ts')
  await using living = (await startMaster(folder, 'serve.ts')).child
  expect(readdirSync(folder.path)).toHaveLength(2)
  dead.child.kill()
  await dead.child.exited
  await eventually(() => groupMembers(dead.child.pid).length === 0, { what: 'the end of the workers' })
  const { child: next } = await startMaster(folder, 'serve.ts')
  await using _ = next
  const owners = readdirSync(folder.path).map((name) => Number(name.split('-')[1]))
  expect(new Set(owners)).toEqual(new Set([living.pid, next.pid]))
})
