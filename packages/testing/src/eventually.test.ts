import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { accepts, eventually, exists, fileExists, listening } from './eventually.ts'
import { temporaryFolder } from './folder.ts'

test('asks until the answer is truthy and says what it waited for', async () => {
  let asked = 0
  expect(await eventually(() => (++asked === 3 ? 'done' : ''))).toBe('done')
  await expect(eventually(() => false, { timeout: 5, what: 'rain' })).rejects.toThrow('waited 5 ms in vain for rain')
})

test('awaits a listener and a file', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('s.sock')
  expect(await accepts({ path })).toBe(false)
  const ready = Promise.all([listening({ path }), fileExists(path)])
  const server = createServer((socket) => socket.end()).listen(path)
  await ready
  expect(await exists(path)).toBe(true)
  await new Promise((resolve) => server.close(resolve))
  await expect(listening({ path }, { timeout: 5 })).rejects.toThrow(`a listener at unix:${path}`)
})
