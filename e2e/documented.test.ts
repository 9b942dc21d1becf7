/** The first sample of each framework's documentation, unchanged: most call listen() themselves. */
import { fileURLToPath } from 'node:url'
import { Child, freePort } from '@trivet/testing'
import { expect, test } from 'vitest'
import { bin } from './stack.ts'

const sample = (name: string): string =>
  fileURLToPath(new URL(`../packages/gateway/test/documented/${name}`, import.meta.url))

test.each([
  ['express.mjs', 'Hello World!', 'express.mjs, instead of its own port 3000 (node)'],
  ['express.cjs', 'Hello World!', 'express.cjs, instead of its own port 3000 (node)'],
  ['koa.cjs', 'Hello Koa', 'koa.cjs, instead of its own port 3000 (node)'],
  ['fastify.mjs', '{"hello":"world"}', 'fastify.mjs, instead of its own port 3000 (node)'],
  ['fastify-await.cjs', '{"hello":"world"}', 'fastify-await.cjs, instead of its own port 3000 (node)'],
  ['hono.mjs', 'Hono!', 'documented/hono.mjs (fetch)'],
  ['hono-node-server.mjs', 'Hello Node.js!', 'hono-node-server.mjs, instead of its own port 3000 (node)'],
  ['h3.mjs', '⚡️ Tadaa!', 'h3.mjs, instead of its own port 3000 (node)'],
])('%s runs under the container as it is', async (name, answer, served) => {
  const port = await freePort()
  // Two that bound the port themselves would be in each other's way.
  const processes = name === 'express.mjs' ? '2' : '1'
  const args = ['--http', `:${port}`, '--module', sample(name), '--processes', processes]
  await using child = await Child.start(bin('trivet-container'), args)
  await child.until('serving http on')
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(answer)
  expect((await fetch(`http://127.0.0.1:${port}/nowhere`)).status).toBe(name === 'koa.cjs' ? 200 : 404)
  expect(child.output).toContain(served)
  expect(await child.stop()).toMatchObject({ code: 0 })
})
