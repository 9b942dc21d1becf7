import { chmodSync, closeSync, fstatSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { temporaryFolder, type Folder } from '@trivet/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileCache, largestCachedFile, type CachedFile } from './file-cache.ts'

let folder: Folder
let path: string
let clock: number
beforeEach(async () => {
  folder = await temporaryFolder()
  path = await folder.write('file', 'hello')
  clock = Date.now() + 10_000
})
afterEach(() => folder.remove())

function ask(cache: FileCache, file: string = path): CachedFile | undefined {
  clock += 1
  const kept = cache.find(file, clock)
  if (kept !== undefined) return kept
  const fd = openSync(file, 'r')
  try {
    return cache.keep(file, fd, fstatSync(fd), clock)
  } finally {
    closeSync(fd)
  }
}

test('a file is kept when it is asked for again', () => {
  const cache = new FileCache()
  expect(ask(cache)).toBeUndefined()
  expect(ask(cache)?.content.toString()).toBe('hello')
  expect(ask(cache)).toBe(ask(cache))
  expect(cache.size).toBe(5)
})

test.each([
  ['rewritten', (file: string): void => writeFileSync(file, 'hullo')],
  ['longer', (file: string): void => writeFileSync(file, 'hello, world')],
  ['less readable', (file: string): void => chmodSync(file, 0o600)],
  [
    'replaced',
    (file: string): void => {
      writeFileSync(`${file}.new`, 'hello')
      renameSync(`${file}.new`, file)
    },
  ],
])('one that was %s is read anew', (_what, change) => {
  const cache = new FileCache()
  ask(cache)
  const before = ask(cache)
  change(path)
  clock += 10_000
  expect(ask(cache)).toBeUndefined()
  expect(cache.size).toBe(0)
  expect(before).toBeDefined()
})

test('one that has gone is not found', () => {
  const cache = new FileCache()
  ask(cache)
  ask(cache)
  rmSync(path)
  expect(cache.find(path, clock + 1)).toBeUndefined()
  expect(cache.size).toBe(0)
})

test('a fresh file is not kept: its times would not tell the next change', () => {
  const cache = new FileCache()
  clock = Date.now()
  for (let round = 0; round < 5; round += 1) expect(ask(cache)).toBeUndefined()
})

test('within one millisecond the times are looked at once', () => {
  const cache = new FileCache()
  ask(cache)
  ask(cache)
  writeFileSync(path, 'changed')
  expect(cache.find(path, clock)?.content.toString()).toBe('hello')
  expect(cache.find(path, clock + 1)).toBeUndefined()
})

test('the oldest make room, those being sent do not', async () => {
  const cache = new FileCache(10)
  const second = await folder.write('second', 'world')
  const third = await folder.write('third', 'third')
  clock = Date.now() + 20_000
  for (const file of [path, path, second, second]) ask(cache, file)
  const first = ask(cache)
  if (first === undefined) throw new Error('the first file is not kept')
  first.users += 1
  expect([ask(cache, third), ask(cache, third)?.content.toString()]).toEqual([undefined, 'third'])
  expect([cache.find(path, clock), cache.find(second, clock)?.content]).toEqual([first, undefined])
  expect(cache.size).toBe(10)
})

test('what does not fit is not kept', async () => {
  const large = await folder.write('large', Buffer.alloc(largestCachedFile + 1))
  clock = Date.now() + 20_000
  const cache = new FileCache()
  expect([ask(cache, large), ask(cache, large), ask(cache, large)]).toEqual([undefined, undefined, undefined])
  const tiny = new FileCache(4)
  expect([ask(tiny), ask(tiny), ask(tiny)]).toEqual([undefined, undefined, undefined])
})
