import { rename } from 'node:fs/promises'
import { eventually, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import type { ErrorLog } from '../process/error-log.ts'
import { LogFiles } from './log-files.ts'

function errorLog(): ErrorLog & { readonly lines: string[] } {
  const lines: string[] = []
  return {
    lines,
    write: (level, message) => void lines.push(`${level}: ${message}`),
    enabled: () => true,
    reopen: () => {},
  }
}

test('a path known from the start is opened at the start, or the start fails', async () => {
  await using folder = await temporaryFolder()
  const files = new LogFiles(folder.path)
  files.add('logs/access.log')
  files.open(errorLog())
  expect(await folder.list()).toEqual(['logs'])
  files.close()

  const impossible = new LogFiles(folder.path)
  impossible.add('/proc/access.log')
  expect(() => impossible.open(errorLog())).toThrow(/^open\(\) "\/proc\/access\.log" failed \(/)
  impossible.close()
})

test('after a rotation, lines go to a new file under the old name', async () => {
  await using folder = await temporaryFolder()
  const files = new LogFiles(folder.path)
  files.add('a.log')
  files.open(errorLog())
  files.write('a.log', 'one\n')
  await eventually(async () => (await folder.read('a.log')) === 'one\n')
  await rename(folder.join('a.log'), folder.join('a.log.1'))
  files.reopen()
  files.write('a.log', 'two\n')
  await eventually(async () => (await folder.read('a.log')) === 'two\n')
  files.close()
  expect(await folder.read('a.log.1')).toBe('one\n')
})

test('a path with variables that cannot be opened is told to the error log, once', async () => {
  const errors = errorLog()
  const files = new LogFiles('/')
  files.open(errors)
  for (let i = 0; i < 3; i += 1) files.write('/proc/host.log', 'line\n')
  files.close()
  expect(errors.lines).toEqual([expect.stringMatching(/^alert: open\(\) "\/proc\/host\.log" failed/)])
})

test('paths with variables do not hold more than so many files open', async () => {
  await using folder = await temporaryFolder()
  const files = new LogFiles(folder.path)
  files.open(errorLog())
  for (let i = 0; i < 200; i += 1) files.write(`${i}.log`, `${i}\n`)
  files.close()
  for (const i of [0, 100, 199]) expect(await folder.read(`${i}.log`)).toBe(`${i}\n`)
})
