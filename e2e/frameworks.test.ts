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
