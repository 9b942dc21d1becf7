/** The Python worker's own tests, in Python. */
import { fileURLToPath } from 'node:url'
import { runToEnd, withPeers } from '@trivet/testing'
import { expect } from 'vitest'

const folder = fileURLToPath(new URL('../python', import.meta.url))

withPeers('python3').test('the Python unit tests pass', async () => {
  const { code, output } = await runToEnd(
    'python3',
    ['-W', 'error', '-m', 'unittest', 'discover', '-t', '.', '-s', 'tests'],
    {
      cwd: folder,
      timeout: 50_000,
    },
  )
  expect(output).toMatch(/Ran \d\d+ tests/)
  expect(code, output).toBe(0)
})
