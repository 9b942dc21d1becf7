/** The last line that CI reads, and the rule that under CI a skipped test fails the run. */
import { join } from 'node:path'
import { runToEnd, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { root } from './workspace.ts'

const passing = `import { test } from 'vitest'\ntest('works', () => {})\n`
const skipping = `import { test } from 'vitest'\ntest.skip('waits', () => {})\n`
const failing = `import { test } from 'vitest'\ntest('fails', () => { throw new Error('no') })\n`
const broken = `throw new Error('does not load')\n`

test.each([
  { name: 'passing', files: [passing], ci: '1', code: 0, line: 'Tests: 1 passed, 0 failed, 0 skipped' },
  {
    name: 'skipping',
    files: [passing, skipping],
    ci: undefined,
    code: 0,
    line: 'Tests: 1 passed, 0 failed, 1 skipped',
  },
  {
    name: 'skipping in CI',
    files: [passing, skipping],
    ci: '1',
    code: 1,
    line: 'Tests: 1 passed, 0 failed, 1 skipped',
  },
  { name: 'failing', files: [passing, failing], ci: undefined, code: 1, line: 'Tests: 1 passed, 1 failed, 0 skipped' },
  {
    name: 'not loading',
    files: [passing, broken],
    ci: undefined,
    code: 1,
    line: 'Tests: 1 passed, 1 failed, 0 skipped',
  },
])('$name', async ({ files, ci, code, line }) => {
  await using folder = await temporaryFolder()
  for (const [i, content] of files.entries()) await folder.write(`case-${i}.test.js`, content)
  await folder.write(
    'vitest.config.js',
    `export default { test: { reporters: [${JSON.stringify(join(root, 'vitest-summary.ts'))}] } }`,
  )
  // The folder lies outside the repository; vitest itself is found through a link.
  await folder.link('node_modules', join(root, 'node_modules'))
  const vitest = join(root, 'node_modules/.bin/vitest')
  const run = await runToEnd(vitest, ['run'], {
    cwd: folder.path,
    env: { CI: ci, VITEST: undefined, NODE_OPTIONS: undefined },
  })
  expect(run.output.trim().split('\n').at(-1)).toBe(line)
  expect(run.code).toBe(code)
})
