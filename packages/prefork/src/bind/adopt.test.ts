import { closeSync, existsSync, openSync } from 'node:fs'
import { connect } from 'node:net'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { adopt } from './adopt.ts'
import { bind } from './bind.ts'

test('an adopted socket takes the connections of the one it is', async () => {
  await using folder = await temporaryFolder()
  const address = { path: folder.join('socket') }
  const first = await bind(address)
  const listener = adopt(address, first.fd, first.backlog)
  const server = createServer((socket) => socket.end('hello'))
  server.listen({ fd: listener.fd })
  await once(server, 'listening')
  const client = connect(address.path)
  expect(String(await once(client, 'data'))).toBe('hello')
  await once(client, 'close')
  await new Promise((resolve) => server.close(resolve))
  expect(existsSync(address.path)).toBe(true)
})

test('what is not a socket is refused', async () => {
  await using folder = await temporaryFolder()
  const fd = openSync(await folder.write('file', ''), 'r')
  const address = { host: '127.0.0.1', port: 1 }
  expect(() => adopt(address, fd, 1)).toThrow('is not a socket')
  closeSync(fd)
  expect(() => adopt(address, fd, 1)).toThrow('is not a socket')
})
