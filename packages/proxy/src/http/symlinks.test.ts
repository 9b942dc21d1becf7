import { chown, mkdir } from 'node:fs/promises'
import { closeSync, constants, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { temporaryFolder, type Folder } from '@trivet/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { constantValue } from '../model/value.ts'
import type { Request } from './request.ts'
import { openGuarded, statGuarded, type SymlinkRule } from './symlinks.ts'

// Only `from` looks at the request, and a constant does not.
const request = {} as Request
let folder: Folder

beforeEach(async () => {
  folder = await temporaryFolder()
  await folder.write('real/file', 'content')
  await folder.link('link', 'real/file')
  await folder.link('folder', 'real')
})
afterEach(() => folder.remove())

function open(name: string, rule: Partial<SymlinkRule> = {}): string {
  const path = folder.join(name)
  const fd = openGuarded(request, { refuses: 'all', from: undefined, ...rule }, path, constants.O_RDONLY)
  try {
    expect(held()).toHaveLength(1)
    return readFileSync(fd, 'latin1')
  } finally {
    closeSync(fd)
  }
}

/** What this process has open in the folder. */
function held(): string[] {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return '' // closed since: such as the one of the reading itself
    }
  })
  return targets.filter((target) => target.startsWith(folder.path))
}

test('links are refused wherever they stand in the path', () => {
  expect(open('real/file')).toBe('content')
  expect(open('real/../real//file')).toBe('content')
  expect(() => open('link')).toThrow(expect.objectContaining({ code: 'ELOOP' }))
  expect(() => open('folder/file')).toThrow(expect.objectContaining({ code: 'ENOTDIR' }))
  expect(() => open('nothing')).toThrow(expect.objectContaining({ code: 'ENOENT' }))
})

test('the beginning named by `from` may have links', () => {
  expect(open('folder/file', { from: constantValue(folder.join('folder')) })).toBe('content')
  expect(open('folder/file', { from: constantValue(folder.join('folder/')) })).toBe('content')
  expect(open('link', { from: constantValue(folder.join('link')) })).toBe('content')
  expect(() => open('folder/file', { from: constantValue(folder.join('fold')) })).toThrow()
})

test('links to files of the same owner are followed by if_not_owner', () => {
  expect(open('link', { refuses: 'foreign' })).toBe('content')
  expect(open('folder/file', { refuses: 'foreign' })).toBe('content')
})

test.skipIf(process.getuid?.() !== 0)('links to files of somebody else are not', async () => {
  await chown(folder.join('real/file'), 65534, 65534)
  expect(() => open('link', { refuses: 'foreign' })).toThrow(expect.objectContaining({ code: 'ELOOP' }))
  expect(open('real/file', { refuses: 'foreign' })).toBe('content')
})

test('looking follows the same rule, and leaves nothing open', async () => {
  const rule: SymlinkRule = { refuses: 'all', from: undefined }
  await mkdir(folder.join('empty'))
  expect(statGuarded(request, rule, folder.join('real/file'))?.size).toBe(7)
  expect(statGuarded(request, rule, folder.join('empty'))?.isDirectory()).toBe(true)
  expect(statGuarded(request, rule, folder.join('nothing'))).toBeUndefined()
  expect(() => statGuarded(request, rule, folder.join('link'))).toThrow(expect.objectContaining({ code: 'ELOOP' }))
  expect(held()).toEqual([])
})
