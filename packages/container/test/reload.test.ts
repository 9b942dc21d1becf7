import { eventually, groupMembers, temporaryFolder, underLoad } from '@trivet/testing'
import { mkdir } from 'node:fs/promises'
import { utimesSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startServing } from './container-process.ts'

const ask = async (url: string): Promise<string> =>
  await (await fetch(url, { headers: { connection: 'close' } })).text()

const version = (name: string): string =>
  `export const app = { fetch: ({ url }) => new Response(url.endsWith('/born') ? performance.timeOrigin : '${name}') }\n`

/** Milliseconds until the answer is this one. */
async function until(url: string, wanted: string): Promise<number> {
  const begun = performance.now()
  while ((await ask(url)) !== wanted) await new Promise((resolve) => setTimeout(resolve, 5))
  return performance.now() - begun
}

test.concurrent('a changed source answers with new code; one that does not load leaves the old, and says why', async () => {
  await using folder = await temporaryFolder()
  await folder.write('app.mjs', `export { app } from './lib/part.mjs'\n`)
  await mkdir(folder.join('lib'))
  await folder.write('lib/part.mjs', version('one'))
  const { child, url } = await startServing(['--module', 'app', '--chdir', folder.path, '--reload', '-L'])
  await using _ = child
  // Master, worker, and the process that waits for a change.
  await eventually(() => groupMembers(child.pid).length === 3, { timeout: 30_000 })
  const changed = Date.now()
  const times: number[] = []
  for (const name of ['two', 'three', 'four']) {
    await folder.write('lib/part.mjs', version(name))
    times.push(await until(url, name))
    if (name === 'two') expect(Number(await ask(`${url}/born`))).toBeLessThan(changed)
  }
  await folder.write('lib/part.mjs', `throw new Error('half a thought')\n${version('never')}`)
  await child.until(
    /part\.mjs has changed: reloading\n[^]*not reloaded, the old workers serve on: Error: half a thought/,
  )
  expect(await ask(url)).toBe('four')
  await mkdir(folder.join('fresh'))
  await folder.write('fresh/more.mjs', version('five'))
  await folder.write('app.mjs', `export { app } from './fresh/more.mjs'\n`)
  await until(url, 'five')
  await folder.write('fresh/more.mjs', version('six'))
  await until(url, 'six')
  expect(Math.min(...times)).toBeLessThan(5000)
  await child.stop()
})

test.concurrent('a chain reload by touch goes one by one and loses nothing', async () => {
  await using folder = await temporaryFolder()
  const touch = await folder.write('chain', '')
  const { child, address } = await startServing(['--touch-chain-reload', touch, '-p', '3', '-L'])
  await using _ = child
  const load = await underLoad(address, async () => {
    utimesSync(touch, new Date(), new Date(Date.now() + 5000))
    await child.until(/chain was touched: reloading one worker after the other\n[^]* - reloaded\n/)
  })
  expect(load.failures).toEqual([])
  const order = [...child.output.matchAll(/worker (\d) \(pid: \d+\) is ready/g)].map(([, slot]) => slot)
  expect(order.slice(3)).toEqual(['1', '2', '3'])
  await child.stop()
})

test.concurrent('TERM under compat = 2.0 reloads brutally, INT stops', async () => {
  const { child, url } = await startServing(['--compat', '2.0'])
  await using _ = child
  const pid = await ask(`${url}/pid`)
  child.signal('SIGTERM')
  await child.until(/TERM: reloading brutally \(`compat`\)\n[^]* - reloaded\n/)
  expect(await ask(`${url}/pid`)).not.toBe(pid)
  await child.stop('SIGINT')
})

test.concurrent('max-requests and cheaper: workers come and go as the ini says', async () => {
  await using folder = await temporaryFolder()
  const ini = await folder.write(
    'a.ini',
    '[uwsgi]\nmodule = app.ts\nprocesses = 3\ncheaper = 1\nmax-requests = 20\nmin-worker-lifetime = 1\ndisable-logging = 1\n',
  )
  const { child, url } = await startServing([ini])
  await using _ = child
  expect(child.output.match(/is ready/g)).toHaveLength(1)
  for (let count = 0; count < 25; count += 1) await ask(url)
  await child.until(
    /worker 1 \(pid: \d+\) is replaced: it has answered \d+ requests \(`max-requests`\)\n[^]*worker 1 \(pid: \d+\) is ready[^]*left\n/,
  )
  await child.stop()
})
