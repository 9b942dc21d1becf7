import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('the example in README.md runs and prints what it says', async () => {
  const readme = await readFile(join(import.meta.dirname, '..', 'README.md'), 'utf8')
  const example = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? ''
  const printed = /```text\n([^]*?)```/.exec(readme)?.[1] ?? ''
  // Inside the package, so that its own name resolves.
  const file = join(import.meta.dirname, `readme-${process.pid}.ts`)
  await writeFile(file, example)
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@trivet/source', file])
    expect(stdout).toBe(printed)
  } finally {
    await rm(file)
  }
})
