import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Child, runToEnd } from '../src/child.ts'
import { temporaryFolder } from '../src/folder.ts'
import { groupMembers } from '../src/process-group.ts'

const node = process.execPath

test('keeps the output and the exit code', async () => {
  const result = await runToEnd(node, ['-e', 'console.log("out"); console.error(process.env.WORD); process.exit(3)'], {
    env: { WORD: 'err' },
  })
  expect(result.code).toBe(3)
  expect(result.output).toContain('out\n')
  expect(result.output).toContain('err\n')
})

test('the output is complete when the program has ended', async () => {
  const { output } = await runToEnd(node, ['-e', 'process.stdout.write("x".repeat(3_000_000) + "end")'])
  expect(output.length).toBe(3_000_003)
})

test('awaits a pattern and stops cleanly', async () => {
  await using child = await Child.start(node, ['-e', 'console.log("ready"); setInterval(() => {}, 1000)'])
  expect(await child.until(/read(y)/)).toBe('ready')
  expect(await child.stop()).toEqual({ code: null, signal: 'SIGTERM' })
})

test('a program that ends too early shows its output', async () => {
  await using child = await Child.start(node, ['-e', 'console.log("oh no")'])
  await expect(child.until('ready')).rejects.toThrow(/ended before ready[^]*exit code 0[^]*oh no/)
})

test('finds a process and a file left behind, and removes the process', async () => {
  await using folder = await temporaryFolder()
  const file = await folder.write('app.pid', '1')
  const orphan = 'setInterval(() => {}, 1000)'
  const script = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(orphan)}], { stdio: 'ignore' })
    child.on('spawn', () => console.log('pid', child.pid, '.'))
    setInterval(() => {}, 1000)`
  await using child = await Child.start(node, ['-e', script])
  const pid = Number(/pid (\d+) \./.exec(await child.until(/pid \d+ \./))?.[1])
  await expect(child.stop('SIGTERM', { files: [file] })).rejects.toThrow(
    new RegExp(`left behind: process ${pid} .*, file ${file}`),
  )
})

test('a program that is not there is an error', async () => {
  await expect(Child.start('/nonexistent/program', [])).rejects.toThrow('ENOENT')
})

test('a program that is stopped on its way ends its children and removes its folders', async () => {
  const script = `
    import { Child, leaveNothingBehind, temporaryFolder } from '@trivet/testing'
    leaveNothingBehind()
    const folder = await temporaryFolder()
    const child = await Child.start(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    console.log('folder', folder.path, 'group', child.pid, '.')
    await child.untilExit(60_000)`
  const args = ['--conditions=@trivet/source', '--input-type=module', '-e', script]
  await using program = await Child.start(node, args, { cwd: import.meta.dirname })
  const output = await program.until(' .')
  const [, path = '', group = ''] = /folder (\S+) group (\d+)/.exec(output) ?? []
  program.signal('SIGINT')
  expect(await program.untilExit()).toEqual({ code: 130, signal: null })
  expect([existsSync(path), groupMembers(Number(group))]).toEqual([false, []])
})
