import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { ContainerError, startContainer } from '../src/index.ts'
import { fixtures } from './container-process.ts'

const ask = async (url: string): Promise<unknown> =>
  await (await fetch(url, { headers: { connection: 'close' } })).json()

const quiet = { onLine: () => {}, cwd: fixtures }

test('a program starts, reloads, asks and stops', async () => {
  const lines: string[] = []
  await using container = await startContainer(
    { module: 'app.ts', httpSocket: '127.0.0.1:0', processes: 1, env: { COLOUR: 'red' } },
    { ...quiet, onLine: (line) => void lines.push(line) },
  )
  const [front] = container.addresses
  if (front === undefined || 'path' in front.address) throw new Error('no TCP front')
  const url = `http://127.0.0.1:${front.address.port}`
  expect(await ask(`${url}/environ`)).toMatchObject({
    colour: 'red',
    cwd: fixtures,
    multiprocess: false,
  })
  await container.reload({ env: { COLOUR: 'green' } })
  expect(await ask(`${url}/environ`)).toMatchObject({ colour: 'green' })
  const counted = expect.poll(() => container.statistics(), { timeout: 20_000 })
  await counted.toMatchObject({ requests: 1, workers: [{ slot: 0, requests: 1 }] })
  await expect(container.reload({ httpSocket: ':1' })).rejects.toThrow('`http` differs: that needs a restart')
  await container.stop()
  await container.stopped
  await expect(fetch(url)).rejects.toThrow()
  expect(lines.some((line) => line.includes('GET /environ =>'))).toBe(true)
})

test('a start is given up when its signal says so', async () => {
  await using folder = await temporaryFolder()
  await folder.write('app.mjs', "console.log('loading')\nawait new Promise((resolve) => setTimeout(resolve, 60_000))\n")
  const controller = new AbortController()
  const options = { module: 'app', chdir: folder.path, socket: 'app.sock', vacuum: true }
  const started = startContainer(options, {
    signal: controller.signal,
    onLine: (line) => {
      if (line.endsWith('loading')) controller.abort(new Error('changed my mind'))
    },
  })
  await expect(started).rejects.toThrow('changed my mind')
  expect(await folder.list()).toEqual(['app.mjs'])
  await expect(startContainer(options, { signal: controller.signal })).rejects.toThrow('changed my mind')
})

test('errors have codes', async () => {
  await using folder = await temporaryFolder()
  const code = async (options: Parameters<typeof startContainer>[0]): Promise<string> =>
    await startContainer(options, quiet).then(
      async (container) => await container.stop().then(() => 'started'),
      (error: unknown) => (error instanceof ContainerError ? error.code : String(error)),
    )
  expect(await code({ module: 'app.ts' })).toBe('CONFIG')
  expect(await code({ module: 'app.ts:nothing', socket: folder.join('a.sock'), vacuum: true })).toBe('LOAD')
  expect(await code({ module: 'app.ts', socket: folder.join('no/folder.sock') })).toBe('BIND')
  expect(await folder.list()).toEqual([])
})
