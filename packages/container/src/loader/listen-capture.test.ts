import { once } from 'node:events'
import type { Server } from 'node:net'
import { freePort, temporaryFolder, type Folder } from '@trivet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { targetOf } from './held-server.ts'
import { loadApplication, type LoadedApplication } from './load.ts'

let folder: Folder

beforeAll(async () => {
  folder = await temporaryFolder()
})

afterAll(() => folder.remove())

const load = (module: string): Promise<LoadedApplication> =>
  loadApplication({ module, export: undefined, interface: 'auto' }, folder.path)

/** A module whose server keeps its story in `globalThis.story`. */
const listening = (rest: string): string => `
  import { createServer } from 'node:http'
  const story = (globalThis.story = [])
  export const server = createServer((req, res) => res.end('answer'))
  server.on('listening', () => story.push('listening'))
  server.on('close', () => story.push('close'))
  ${rest}
`
const story = (): unknown => (globalThis as { story?: unknown }).story

test('a module that exports nothing but listens: its server is the application', async () => {
  await folder.write(
    'listens.mjs',
    listening('server.listen(3000, () => story.push(server.address(), server.listening))'),
  )
  const loaded = await load('listens')
  expect(loaded).toMatchObject({ label: 'listens.mjs, instead of its own port 3000', interface: 'node' })
  await new Promise(setImmediate)
  expect(story()).toEqual(['listening', { address: '::', port: 3000, family: 'IPv6' }, true])
  await loaded.stop()
  expect(story()).toEqual(['listening', expect.anything(), true, 'close'])
})

test('listen() may come late, and close() calls back after the last request', async () => {
  const late = "setTimeout(() => server.listen('/run/late.sock').close(() => story.push('closed')), 20)"
  await folder.write('late.mjs', listening(late))
  const loaded = await load('late')
  expect(loaded.label).toBe('late.mjs, instead of its own /run/late.sock')
  await new Promise(setImmediate)
  expect(story()).toEqual(['listening'])
  await loaded.stop()
  expect(story()).toEqual(['listening', 'close', 'closed'])
})

test('a second listen() is refused as by Node', async () => {
  await folder.write('twice.mjs', listening('server.listen(3000); server.listen(3000)'))
  await expect(load('twice')).rejects.toMatchObject({ code: 'ERR_SERVER_ALREADY_LISTEN' })
})

test('an exported application that listens too is served once; another server listens as it asked to', async () => {
  const port = await freePort()
  await folder.write(
    'both.mjs',
    `import { createServer } from 'node:http'
    const app = Object.assign((req, res) => res.end('app'), { handle() {}, listen() {} })
    const metrics = createServer((req, res) => res.end('metrics')).listen(${port}, '127.0.0.1')
    createServer(app).listen(3000)
    createServer(app).listen(3000, '127.0.0.1')
    const later = () => createServer(app).listen(4000)
    export { app, metrics, later }
    `,
  )
  const loaded = await load('both')
  expect(loaded.label).toBe('both.mjs:app, instead of its own port 3000')
  const { metrics, later } = (await import(folder.join('both.mjs'))) as { metrics: Server; later: () => Server }
  if (!metrics.listening || metrics.address() === null) await once(metrics, 'listening')
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('metrics')
  expect(later().address()).toEqual({ address: '::', port: 4000, family: 'IPv6' })
  await loaded.stop()
  await new Promise((resolve) => metrics.close(resolve))
})

test.each([
  [[], { path: undefined, port: 0, host: '::' }],
  [[8080, '127.0.0.1', 511], { path: undefined, port: 8080, host: '127.0.0.1' }],
  [['8080'], { path: undefined, port: 8080, host: '::' }],
  [['/run/app.sock', () => {}], { path: '/run/app.sock', port: 0, host: '::' }],
  [[{ port: 80, host: 'localhost' }, () => {}], { path: undefined, port: 80, host: '127.0.0.1' }],
  [[{ path: '/run/app.sock' }], { path: '/run/app.sock', port: 0, host: '::' }],
  [[() => {}], { path: undefined, port: 0, host: '::' }],
])('listen(%j)', (args, target) => {
  expect(targetOf(args)).toEqual(target)
})
