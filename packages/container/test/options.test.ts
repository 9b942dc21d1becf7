import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { findInertOption, findOption, suggestOption } from '../src/options/lookup.ts'
import { options } from '../src/options/table.ts'
import { logicWords } from '../src/config/logic.ts'
import { mentionsOption } from './mentions.ts'
import { shownBy } from './option-tests.ts'
import { optionsInterface, optionsPage } from './options-page.ts'

const text = async (path: string): Promise<string> => await readFile(new URL(`../${path}`, import.meta.url), 'utf8')
const words = (list: string): string[] => list.split(/\s+/).filter(Boolean)

test('the reference page and the interface are fresh', async () => {
  const command = 'run `pnpm --filter @trivet/container options`'
  expect((await text('OPTIONS.md')) === optionsPage(), command).toBe(true)
  expect((await text('src/container-options.ts')) === optionsInterface(), command).toBe(true)
})

test('every option of the table is shown by one test, and there is no other on the list', () => {
  const listed = Object.values(shownBy).flatMap(words)
  expect(
    options.map(({ name }) => name).filter((name) => !listed.includes(name)),
    'add it to option-tests.ts',
  ).toEqual([])
  expect(listed.filter((name) => !options.some((option) => option.name === name))).toEqual([])
  expect(listed.filter((name, index) => listed.indexOf(name) !== index)).toEqual([])
})

test.each(Object.entries(shownBy))('%s gives its options', async (file, list) => {
  const source = await text(file)
  expect(words(list).filter((name) => !mentionsOption(source, name))).toEqual([])
})

test('a mention is one on a command line, in a file or in a program', () => {
  const found = ['--stats :1', 'stats = :1', 'stats=:1', 'stats: x', "['stats', 1]"].map((line) =>
    mentionsOption(line, 'stats'),
  )
  expect(found).toEqual([true, true, true, true, true])
  expect(mentionsOption('--stats-http and the stats', 'stats')).toBe(false)
  expect(mentionsOption('{ httpSocket: 1 }', 'http-socket')).toBe(true)
})

/** What 63 public configuration files hold that is no option: typing errors, with what was meant, and names for `%(name)`. */
const typos: readonly (readonly [string, string])[] = [
  ['vaccum', 'vacuum'],
  ['harakari', 'harakiri'],
  ['maximum-requests', 'max-requests'],
  ['process', 'processes'],
  ['guid', 'gid'],
  ['exec-pre', 'exec-pre-app'],
  ['log-backupcount', 'log-backupname'],
  ['py-callos-afterfork', 'py-call-osafterfork'],
]

test.each(typos)('%s was meant to be %s', (typo, meant) => {
  expect(findOption(typo) ?? findInertOption(typo)).toBeUndefined()
  expect(suggestOption(typo)).toBe(meant)
})

test('every option of those files is known', async () => {
  const common = words(await text('test/fixtures/common-options.txt'))
  expect(common.length).toBeGreaterThan(120)
  const known = (name: string): boolean =>
    findOption(name) !== undefined || findInertOption(name) !== undefined || logicWords.includes(name)
  expect(common.filter((name) => !known(name))).toEqual([])
})
