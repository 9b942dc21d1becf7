import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { badApplicationCases, checklist, conformanceCases } from '../src/conformance.ts'
import { casesOf, mark, withAppendix } from './appendix.ts'

const read = async (path: string): Promise<string> => await readFile(new URL(path, import.meta.url), 'utf8')
const requirements = checklist.flatMap((chapter) => chapter.requirements)
const numbers = requirements.map(({ item }) => item)

test('every requirement has a lint code or a case', () => {
  const bare = requirements.filter(({ item, lint }) => lint.length === 0 && casesOf(item).length === 0)
  expect(bare.map(({ item }) => item)).toEqual([])
})

test('every case shows requirements that there are, under a name of its own', () => {
  const cases = [...conformanceCases, ...badApplicationCases]
  expect(cases.filter(({ items }) => items.length === 0 || !items.every((item) => numbers.includes(item)))).toEqual([])
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
})

test('every lint code belongs to a requirement', async () => {
  const source = await read('../src/lint/lint-error.ts')
  const codes = [...source.matchAll(/^ {2}'([a-z-]+)': \[/gm)].map((match) => match[1])
  const used = new Set<string | undefined>(requirements.flatMap(({ lint }) => lint))
  expect(codes.length).toBeGreaterThan(30)
  expect(codes.filter((code) => !used.has(code))).toEqual([])
})

test('the specification speaks of every requirement, and its appendix is fresh', async () => {
  const spec = await read('../SPEC.md')
  const text = spec.slice(0, spec.indexOf(mark))
  const spoken = [...text.matchAll(/\((\d+(?:, \d+)*)\)/g)].flatMap(([, list = '']) => list.split(', ').map(Number))
  expect(numbers.filter((item) => !spoken.includes(item))).toEqual([])
  expect(withAppendix(spec) === spec, 'run `pnpm --filter @trivet/gateway spec`').toBe(true)
})
