import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import * as entry from '../src/index.ts'

const folder = join(import.meta.dirname, '..')
const readme = await readFile(join(folder, 'README.md'), 'utf8')
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1] ?? '')

test('the README has examples, and names all that is exported', () => {
  expect(examples.length).toBeGreaterThan(1)
  expect(Object.keys(entry).filter((name) => !readme.includes(`\`${name}`))).toEqual([])
})

test.for(examples.map((code) => [code.split('\n')[0] ?? '', code] as const))('example: %s', async ([_title, code]) => {
  const flags = ['--conditions=@trivet/source', '--input-type=module-typescript', '--eval', code]
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: folder })
  const promised = [...code.matchAll(/^\/\/ prints: (.*)$/gm)].map((match) => match[1])
  expect(stdout.trim().split('\n')).toEqual(promised)
})
