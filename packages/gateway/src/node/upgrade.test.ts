import { createServer } from 'node:http'
import { duplexPair } from 'node:stream'
import type { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { eventually } from '@trivet/testing'
import { Recorder } from '../../test/recorder.ts'
import { application } from '../../test/frameworks/ws.ts'
import type { HeaderList } from '../contract.ts'
import { fromNode } from '../node.ts'

const handshake = {
  PATH_INFO: '/echo',
  REQUEST_URI: '/echo',
  HTTP_CONNECTION: 'Upgrade',
  HTTP_UPGRADE: 'websocket',
  HTTP_SEC_WEBSOCKET_KEY: 'dGhlIHNhbXBsZSBub25jZQ==',
  HTTP_SEC_WEBSOCKET_VERSION: '13',
  'tsgi.protocol': ['websocket'],
}

/** The other end of the connection is the client's. */
class Connected extends Recorder {
  client: Duplex | undefined = undefined

  override upgrade(status: string, headers: HeaderList, protocol: string): Duplex {
    super.upgrade(status, headers, protocol)
    const [ours, theirs] = duplexPair()
    this.client = theirs
    return ours
  }
}

test('ws accepts: a 101 whose stream carries its frames', async () => {
  const sink = new Connected()
  const running = sink.run(application, handshake)
  await eventually(() => sink.client !== undefined)
  expect(sink.calls).toEqual(['upgrade 101 Switching Protocols 1 websocket'])
  const client = sink.client
  // RFC 6455 section 5.2: an unmasked text frame of the server, and a masked closing frame of the client.
  let frames = ''
  client?.on('data', (chunk: Buffer) => (frames += chunk.toString('latin1')))
  await eventually(() => frames.length === 9)
  expect(frames).toBe('\x81\x07welcome')
  client?.end(Buffer.from([0x88, 0x80, 0, 0, 0, 0]))
  await running
  expect(sink.errors).toEqual([])
})

test('ws refuses: an ordinary answer', async () => {
  const sink = new Recorder()
  await sink.run(application, { ...handshake, HTTP_SEC_WEBSOCKET_VERSION: '1', PATH_INFO: '/', REQUEST_URI: '/' })
  expect(sink.calls[0]).toMatch(/^start 400 Bad Request /)
  expect(sink.calls.at(-1)).toBe('end')
})

test('a listener that closes the socket without an answer is an error', async () => {
  const server = createServer()
  server.on('upgrade', (_request, socket) => socket.destroy())
  const sink = new Recorder()
  await sink.run(fromNode(server), handshake)
  expect(sink.errors).toEqual(['the upgrade was not answered'])
})

test('without an upgrade the server answers as ever', async () => {
  const sink = new Recorder()
  await sink.run(application)
  expect(sink.calls).toContain('write a page')
})
