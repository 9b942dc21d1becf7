import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { signalInstance } from './signal-instance.ts'

test.each([
  [['--reload', 'FILE'], 'SIGHUP'],
  [['--stop', 'FILE'], 'SIGINT'],
  [['--stop=FILE'], 'SIGINT'],
  [['--pause', 'FILE'], 'SIGSTOP'],
])('%j', async (argv, signal) => {
  await using folder = await temporaryFolder()
  const child = spawn('sleep', ['60'])
  try {
    const file = await folder.write('app.pid', `${child.pid}\n`)
    const exited = once(child, 'exit')
    expect(signalInstance(argv.map((word) => word.replace('FILE', file)))).toBe('')
    if (signal === 'SIGSTOP') child.kill('SIGKILL')
    expect(await exited).toEqual([null, signal === 'SIGSTOP' ? 'SIGKILL' : signal])
  } finally {
    child.kill('SIGKILL')
  }
})

test.each([
  [['--reload', 'site.ini']],
  [['--reload']],
  [['--stop']],
  [['site.ini']],
  [['--stop', 'a', '--module', 'b']],
])('%j is another command line', (argv) => {
  expect(signalInstance(argv)).toBeUndefined()
})

test('what is wrong with the file is told', async () => {
  await using folder = await temporaryFolder()
  const text = await folder.write('text', 'nonsense')
  const gone = await folder.write('gone.pid', '4194999')
  expect(signalInstance(['--stop', text])).toBe(`\`--stop\`: expected a process id in ${text}, got \`nonsense\``)
  expect(signalInstance(['--reload', gone])).toBe(`there is no process 4194999, which ${gone} names`)
  const missing = folder.join('missing.pid')
  expect(signalInstance(['--reload', missing])).toMatch(/^`--reload`: cannot read the pid file .*ENOENT/)
})
