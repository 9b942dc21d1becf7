import { readFile, rename } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { eventually, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import type { ErrorLog } from '../../process/error-log.ts'
import { LogFileCache, noCache } from './file-cache.ts'
import type { LogFile } from './file.ts'
import { LogFiles } from './files.ts'
import { immediate } from './parameters.ts'

function errorLog(): ErrorLog & { readonly lines: string[] } {
  const lines: string[] = []
  const log: ErrorLog = {
    write: (level, message) => void lines.push(`${level}: ${message}`),
    enabled: () => true,
    verbose: () => log,
    reopen: () => {},
  }
  return { ...log, lines }
}

function added(files: LogFiles, path: string, gathering = immediate): LogFile {
  const file = files.add(path, gathering)
  if (file === undefined) throw new Error('conflicting parameters')
  return file
}

test('a path known from the start is opened at the start, or the start fails', async () => {
  await using folder = await temporaryFolder()
  const files = new LogFiles(folder.path)
  added(files, 'logs/access.log')
  files.open(errorLog())
  expect(await folder.list()).toEqual(['logs'])
  files.close()

  const impossible = new LogFiles(folder.path)
  added(impossible, '/proc/access.log')
  expect(() => impossible.open(errorLog())).toThrow(/^open\(\) "\/proc\/access\.log" failed \(/)
  impossible.close()
})

test('after a rotation, lines go to a new file under the old name', async () => {
  await using folder = await temporaryFolder()
  const files = new LogFiles(folder.path)
  const file = added(files, 'a.log')
  files.open(errorLog())
  file.write('one\n')
  await eventually(async () => (await folder.read('a.log')) === 'one\n')
  await rename(folder.join('a.log'), folder.join('a.log.1'))
  files.reopen()
  file.write('two\n')
  await eventually(async () => (await folder.read('a.log')) === 'two\n')
  files.close()
  expect(await folder.read('a.log.1')).toBe('one\n')
})

test('lines are bytes', async () => {
  await using folder = await temporaryFolder()
  const files = new LogFiles(folder.path)
  const file = added(files, 'a.log')
  files.open(errorLog())
  file.write(Buffer.from('grün \u00ff\n', 'utf8').toString('latin1'))
  file.write('\xff\n')
  files.close()
  expect(await readFile(folder.join('a.log'))).toEqual(
    Buffer.concat([Buffer.from('grün ÿ\n'), Buffer.from([0xff, 10])]),
  )
})

test('gathered lines wait for the buffer to fill, or for the time', async () => {
  await using folder = await temporaryFolder()
  const files = new LogFiles(folder.path)
  const file = added(files, 'a.log', { size: 8, flush: 0, level: 0 })
  const timed = added(files, 'b.log', { size: 1000, flush: 20, level: 0 })
  files.open(errorLog())
  file.write('one\n')
  timed.write('late\n')
  await eventually(async () => (await folder.read('b.log')) === 'late\n')
  expect(await folder.read('a.log')).toBe('')
  file.write('two\n')
  await eventually(async () => (await folder.read('a.log')) === 'one\ntwo\n')
  file.write('three\n')
  files.close()
  expect(await folder.read('a.log')).toBe('one\ntwo\nthree\n')
})

test('compressed logs are a series of gzip members', async () => {
  await using folder = await temporaryFolder()
  const files = new LogFiles(folder.path)
  const file = added(files, 'a.gz', { size: 4, flush: 0, level: 1 })
  files.open(errorLog())
  for (const line of ['one\n', 'two\n']) file.write(line)
  files.close()
  expect(gunzipSync(await readFile(folder.join('a.gz'))).toString()).toBe('one\ntwo\n')
})

test('one file gathers in one way', () => {
  const files = new LogFiles('/')
  const file = files.add('a.log', { size: 8, flush: 0, level: 0 })
  expect(files.add('a.log', { size: 8, flush: 0, level: 0 })).toBe(file)
  expect(files.add('a.log', immediate)).toBe(file)
  expect(files.add('a.log', { size: 9, flush: 0, level: 0 })).toBeUndefined()
})

test('a path with variables that cannot be opened is told to the error log, once, and no folder is made', async () => {
  await using folder = await temporaryFolder()
  const errors = errorLog()
  const files = new LogFiles(folder.path)
  files.open(errors)
  const cache = new LogFileCache(noCache)
  for (let i = 0; i < 3; i += 1) files.write(cache, 'sub/host.log', 'line\n')
  files.close()
  expect(errors.lines).toEqual([expect.stringMatching(/^crit: open\(\) ".*\/sub\/host\.log" failed \(2: No such file/)])
  expect(await folder.list()).toEqual([])
})

test('a cache holds the files that are used often, and not more than so many', async () => {
  await using folder = await temporaryFolder()
  const cache = new LogFileCache({ max: 2, inactive: 60_000, minUses: 2, valid: 60_000 })
  const write = (name: string): void => cache.write(folder.join(name), `${name}\n`)
  for (const name of ['old', 'old', 'a', 'a', 'b', 'b']) write(name)
  for (const name of ['old', 'a', 'b']) await rename(folder.join(name), folder.join(`${name}.1`))
  for (const name of ['b', 'a']) write(name)
  write('old')
  cache.close()
  expect(await folder.read('a.1')).toBe('a\na\na\n')
  expect(await folder.read('b.1')).toBe('b\nb\nb\n')
  expect([await folder.read('old.1'), await folder.read('old')]).toEqual(['old\nold\n', 'old\n'])
})

test('without a cache each line opens its file', async () => {
  await using folder = await temporaryFolder()
  const cache = new LogFileCache(noCache)
  cache.write(folder.join('a'), 'one\n')
  await rename(folder.join('a'), folder.join('b'))
  cache.write(folder.join('a'), 'two\n')
  expect([await folder.read('a'), await folder.read('b')]).toEqual(['two\n', 'one\n'])
})
