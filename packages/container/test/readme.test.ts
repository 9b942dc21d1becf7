import { readFile, realpath } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { runToEnd, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { fixtures } from './container-process.ts'

test('the example of the README runs', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const entry = await realpath(fileURLToPath(new URL('../src/index.ts', import.meta.url)))
  await using folder = await temporaryFolder()
  const file = await folder.write('example.mts', example.replace("'@trivet/container'", JSON.stringify(entry)))
  const { code, output } = await runToEnd(process.execPath, ['--conditions=@trivet/source', file], { cwd: fixtures })
  expect(output).toBe('200 hello from /readme\n')
  expect(code).toBe(0)
})
