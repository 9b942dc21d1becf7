/** Applications as their frameworks' documentation shows them, served by the container over HTTP. */
import { fileURLToPath } from 'node:url'
import { Child, freePort, listening } from '@trivet/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checks } from '../packages/gateway/test/frameworks/checks.ts'
import { bin } from './stack.ts'

const sample = (name: string): string =>
  fileURLToPath(new URL(`../packages/gateway/test/frameworks/${name}.ts`, import.meta.url))

describe.for(['express', 'koa', 'fastify', 'hono', 'h3'])('%s', (name) => {
  let child: Child
  let origin = ''
  beforeAll(async () => {
    const port = await freePort()
    child = await Child.start(bin('trivet-container'), ['--http', `127.0.0.1:${port}`, '--module', sample(name)])
    origin = `http://127.0.0.1:${port}`
    await listening({ host: '127.0.0.1', port })
  })
  afterAll(() => child[Symbol.asyncDispose]())

  test.for(Object.entries(checks))('%s', async ([, [check, expected]]) => {
    expect(await check((path, init) => fetch(origin + path, init))).toEqual(expected)
  })
})

test('ws: an echo', async () => {
  const port = await freePort()
  await using child = await Child.start(bin('trivet-container'), [
    '--http',
    `127.0.0.1:${port}`,
    '--module',
    `${sample('ws')}:server`,
  ])
  await listening({ host: '127.0.0.1', port })
  const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`)
  const large = 'x'.repeat(300_000)
  const messages: unknown[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.addEventListener('error', () => reject(new Error(`no WebSocket:\n${child.output}`)))
  socket.addEventListener('message', ({ data }) => {
    messages.push(data)
    if (messages.length === 1) socket.send('hello')
    else if (messages.length === 2) socket.send(large)
    else socket.close(1000)
  })
  socket.addEventListener('close', ({ code }) => (code === 1000 ? resolve() : reject(new Error(`closed: ${code}`))))
  await promise
  expect(messages).toEqual(['welcome', 'hello', large])
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('a page')
})
