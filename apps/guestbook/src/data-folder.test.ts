import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { dataFolder } from './data-folder.ts'

test('makes the folder it is told', async () => {
  await using folder = await temporaryFolder()
  expect(dataFolder({ GUESTBOOK_DATA: folder.join('a/b') })).toBe(folder.join('a/b'))
  expect(existsSync(folder.join('a/b'))).toBe(true)
})

test('has one of its own per user otherwise', () => {
  expect(dataFolder({})).toContain(`trivet-guestbook-${userInfo().username}`)
})
