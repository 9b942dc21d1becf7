import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { eventually } from '@trivet/testing'
import type { Application } from '../contract.ts'
import { fromFetch } from '../fetch.ts'
import { lint } from '../lint.ts'
import { toNode } from '../node.ts'

async function serving(application: Application, use: (origin: string) => Promise<void>): Promise<void> {
  const server = createServer(toNode(lint(application))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
}

test('a gateway application under node:http', async () => {
  const app = new Hono()
  app.get('/a', (c) => c.json({ q: c.req.query('q') }))
  app.post('/echo', (c) => new Response(c.req.raw.body))
  await serving(fromFetch(app), async (origin) => {
    expect(await (await fetch(`${origin}/a?q=1`)).json()).toEqual({ q: '1' })
    const body = new Uint8Array(3_000_000).fill(9)
    expect((await (await fetch(`${origin}/echo`, { method: 'POST', body })).bytes()).length).toBe(3_000_000)
    expect((await fetch(`${origin}/a`, { method: 'HEAD' })).status).toBe(200)
  })
})

test('a client that goes closes the body; a slow one is waited for', async () => {
  const log: string[] = []
  let produced = 0
  const endless: Application = (_environ, startResponse) => {
    startResponse('200 OK', [['X', 'y']])
    function* chunks(): Generator<Uint8Array> {
      for (;;) {
        produced += 1
        yield Buffer.alloc(64 * 1024)
      }
    }
    return Object.assign(chunks(), { close: () => void log.push('closed') })
  }
  await serving(endless, async (origin) => {
    const response = await fetch(origin)
    await response.body?.cancel()
    await eventually(() => log.length === 1)
    expect(produced).toBeLessThan(2000)
  })
})

test('an error after the first byte breaks the connection', async () => {
  const failing: Application = async function* (environ, startResponse) {
    environ['tsgi.errors'] = { write() {}, writelines() {}, flush() {} }
    startResponse('200 OK', [])
    yield Buffer.from('half')
    throw new Error('expected by the test')
  }
  await serving(failing, async (origin) => {
    await expect(fetch(origin).then((response) => response.text())).rejects.toThrow()
  })
})
