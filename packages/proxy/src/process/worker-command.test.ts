import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { compilePattern } from '../model/pattern.ts'
import { workerCommand } from './worker-command.ts'

test.each([
  ['^/(a+)+$', '/' + 'a'.repeat(40) + '!'],
  ['^/(.*)/(.*)/(.*)/(.*)x$', '/'.repeat(2000)],
])('in a worker %s takes no time that grows beyond the text', (source, subject) => {
  const { command, args } = workerCommand()
  const { regex } = compilePattern(source, true)
  const code = `process.stdout.write(String(${String(regex)}.test(${JSON.stringify(subject)})))`
  const options = args.slice(0, -1)
  const child = spawnSync(command, [...options, '--eval', code], { encoding: 'utf8', timeout: 20_000 })
  expect(child.stdout).toBe('false')
})
