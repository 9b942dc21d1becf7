import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { runToEnd } from '@trivet/testing'
import { expect, test } from 'vitest'

test("the README's example runs", async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, example = ''] = /```ts\n([^]*?)```/.exec(readme) ?? []
  const flags = ['--conditions=@trivet/source', '--input-type=module-typescript', '-e', example]
  const run = await runToEnd(process.execPath, flags, { cwd: fileURLToPath(new URL('..', import.meta.url)) })
  expect(run).toMatchObject({ code: 0, output: 'hello\n' })
})
