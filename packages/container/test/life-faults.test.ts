import { readdirSync } from 'node:fs'
import { eventually, groupMembers, RawClient, temporaryFolder } from '@trivet/testing'
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

test('descriptors that run out: who is beyond is closed, told of once, and all are served again when some are free', async () => {
  const { child, url, address } = await startServing(['--max-fd', '60', '-L'])
  await using _ = child
  const before = readdirSync(`/proc/${child.pid}/fd`).length
  const clients = await Promise.all(Array.from({ length: 60 }, () => RawClient.connect(address)))
  const line = await child.until(
    /clients are turned away: \d+ connections are all that 60 descriptors \(`max-fd`\) allow\n/,
  )
  const most = Number(/turned away: (\d+)/.exec(line)?.[1])
  expect(most).toBeGreaterThan(0)
  for (const client of clients) await client[Symbol.asyncDispose]()
  await eventually(async () => (await fetch(url).catch(() => undefined))?.status === 200)
  expect(child.output.match(/turned away/g)).toHaveLength(1)
  expect(groupMembers(child.pid)).toHaveLength(2)
  expect(readdirSync(`/proc/${child.pid}/fd`)).toHaveLength(before)
  await child.stop()
})
