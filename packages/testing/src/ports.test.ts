import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { freePort, freePorts } from './ports.ts'

test('a free port can be listened on', async () => {
  const port = await freePort()
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  await new Promise((resolve) => server.close(resolve))
  expect(port).toBeGreaterThan(0)
})

test('several ports differ', async () => {
  expect(new Set(await freePorts(20)).size).toBe(20)
})
