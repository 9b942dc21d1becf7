import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryFolder } from './folder.ts'

test('a folder holds files and is gone after its block', async () => {
  let path: string
  {
    await using folder = await temporaryFolder()
    path = folder.path
    await folder.write('a/b.txt', 'hello')
    expect(await folder.read('a/b.txt')).toBe('hello')
    expect(await folder.read('nothing')).toBe('')
    await folder.link('c', folder.join('a/b.txt'))
    expect(await folder.read('c')).toBe('hello')
    expect(await folder.list()).toEqual(['a', 'c'])
  }
  expect(existsSync(path)).toBe(false)
})
