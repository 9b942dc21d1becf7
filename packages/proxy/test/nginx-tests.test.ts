import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { nginxTestsPage, reasonOf } from './nginx-tests/page.ts'
import { failures } from './nginx-tests/reasons.ts'
import { readScores } from './nginx-tests/score.ts'

const scores = readScores()

test('NGINX-TESTS.md is the score', async () => {
  const page = await readFile(new URL('../NGINX-TESTS.md', import.meta.url), 'utf8')
  expect(page === nginxTestsPage(scores), 'run `pnpm --filter @trivet/proxy pages`').toBe(true)
})

test('every file that does not pass has a reason, and no other', () => {
  const silent = scores.filter((score) => score.result !== 'passed' && reasonOf(score) === undefined)
  expect(silent.map(({ file, said }) => `${file}: ${said}`)).toEqual([])
  const passed = new Set(scores.filter(({ result }) => result === 'passed').map(({ file }) => file))
  expect(Object.keys(failures).filter((file) => passed.has(file))).toEqual([])
})
