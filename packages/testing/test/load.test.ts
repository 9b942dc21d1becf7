import { type Server, createServer } from 'node:http'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { type Address } from '../src/address.ts'
import { underLoad } from '../src/load.ts'

async function listen(server: Server): Promise<Address> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not a TCP address')
  return { host: '127.0.0.1', port: address.port }
}

test('counts answers while the action runs, on as few connections as it was told', async () => {
  let connections = 0
  let generation = 'old'
  const server = createServer((_request, response) => response.end(generation)).on(
    'connection',
    () => (connections += 1),
  )
  const address = await listen(server)
  const result = await underLoad(address, async () => (generation = 'new'), { connections: 4 })
  server.close()
  expect(result.value).toBe('new')
  expect(result.failures).toEqual([])
  expect([...result.bodies.keys()].toSorted()).toEqual(['new', 'old'])
  expect(result.requests).toBeGreaterThanOrEqual(70)
  expect(connections).toBe(4)
})

test('a connection cut in the middle of an answer is a failure', async () => {
  let broken = false
  const server = createServer((_request, response) => {
    if (broken) response.writeHead(200, { 'Content-Length': '10' }).write('half', () => response.destroy())
    else response.end('whole')
    broken = false
  })
  const address = await listen(server)
  const result = await underLoad(address, async () => void (broken = true), { connections: 2 })
  server.close()
  expect(result.failures).toEqual(['Error: aborted'])
})

test('a kept-alive connection closed between two requests is tried again', async () => {
  let cut = false
  const server = createServer((request, response) => {
    if (cut) {
      cut = false
      request.socket.destroy()
    } else response.end('ok')
  })
  const address = await listen(server)
  const result = await underLoad(address, async () => void (cut = true), { connections: 2 })
  server.close()
  expect(result).toMatchObject({ failures: [], retried: 1 })
})

test('a wrong status is a failure', async () => {
  const server = createServer((_request, response) => response.writeHead(502).end('bad'))
  const address = await listen(server)
  const result = await underLoad(address, async () => undefined, { connections: 1, after: 0 })
  server.close()
  expect(result.failures.length).toBe(result.requests)
  expect(result.failures[0]).toBe('status 502: bad')
})
