import { readdirSync } from 'node:fs'
import { groupMembers, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { startServing } from './container-process.ts'

const leaks = `const held = []
export const app = {
  fetch(request) {
    if (request.url.endsWith('/leak')) held.push(Buffer.alloc(250 * 1048576, 1))
    if (request.url.endsWith('/exit')) process.exit(3)
    return new Response(String(process.pid))
  },
}
`

test('a worker that leaks is replaced before it is too large, one that exits at once; nothing of them stays', async () => {
  await using folder = await temporaryFolder()
  await folder.write('app.mjs', leaks)
  const limits = ['--reload-on-rss', '220', '--min-worker-lifetime', '1']
  const { child, url } = await startServing(['--module', 'app', '--chdir', folder.path, '-L', ...limits])
  await using _ = child
  const ask = async (path: string): Promise<string> =>
    await (await fetch(`${url}${path}`, { headers: { connection: 'close' } })).text()
  const descriptors = (): number => readdirSync(`/proc/${child.pid}/fd`).length
  const [before, first] = [descriptors(), await ask('/')]
  expect(await ask('/leak')).toBe(first)
  await child.until(
    /worker 1 \(pid: \d+\) is replaced: it holds \d+ MB of memory \(`reload-on-rss`\)\n[^]*worker 1 \(pid: \d+\) is ready[^]*left\n/,
  )
  const second = await ask('/')
  expect(second).not.toBe(first)
  await expect(ask('/exit')).rejects.toThrow()
  await child.until(/left with code 3\n[^]*is ready/)
  expect(await ask('/')).not.toBe(second)
  expect(groupMembers(child.pid)).toHaveLength(2)
  expect(descriptors()).toBeLessThanOrEqual(before + 1)
  await child.stop()
})
