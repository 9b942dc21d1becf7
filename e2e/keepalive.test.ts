/** Connections are reused on both hops, and a container behind a stock front still closes as uWSGI does. */
import { RawClient, temporaryFolder, withPeers, freePort } from '@trivet/testing'
import { Agent, request } from 'undici'
import { expect, test } from 'vitest'
import { Relay } from './relay.ts'
import { type FrontName, startContainer, startFront } from './stack.ts'

const http = `server {
  listen 127.0.0.1:PORT;
  location / { include uwsgi_params; uwsgi_pass unix:SOCKET; add_header X-Connection $connection; }
}`

async function connectionsFor(front: FrontName, requests: number): Promise<{ client: number; upstream: number }> {
  await using folder = await temporaryFolder()
  const port = await freePort()
  const container = await startContainer(folder.join('behind.sock'), {})
  await using relay = await Relay.start(folder.join('app.sock'), folder.join('behind.sock'))
  const proxy = await startFront(front, folder, port, http)
  const agent = new Agent({ connections: 1 })
  const seen = new Set<unknown>()
  for (let i = 0; i < requests; i += 1) {
    const answer = await request(`http://127.0.0.1:${port}/hello`, { dispatcher: agent })
    expect(await answer.body.text()).toBe('hello')
    seen.add(answer.headers['x-connection'])
  }
  await agent.close()
  await proxy.stop('SIGQUIT')
  await container.stop('SIGTERM')
  return { client: seen.size, upstream: relay.connections }
}

test('our proxy and our container use one connection on each hop for many requests', async () => {
  expect(await connectionsFor('trivet-proxy', 20)).toEqual({ client: 1, upstream: 1 })
})

withPeers('nginx').test('nginx opens a connection for each request, and ours closes it', async () => {
  expect(await connectionsFor('nginx', 20)).toEqual({ client: 1, upstream: 20 })
})

test('a packet without the keep-alive variable is answered and the connection closed', async () => {
  await using folder = await temporaryFolder()
  const container = await startContainer(folder.join('app.sock'), {})
  await using client = await RawClient.connect({ path: folder.join('app.sock') })
  await client.send(packet({ REQUEST_METHOD: 'GET', PATH_INFO: '/hello', SERVER_PROTOCOL: 'HTTP/1.1' }))
  const text = (await client.closed()).toString('latin1')
  expect(text).toMatch(/^HTTP\/1\.[01] 200 OK\r\n/)
  expect(text).toMatch(/\r\n\r\nhello$/)
  await container.stop('SIGTERM')
})

/** A uwsgi packet, written here by hand so that the codec is not its own witness. */
function packet(vars: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(vars).flatMap(([key, value]) => [sized(key), sized(value)])
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(4)
  head.writeUInt16LE(body.length, 1)
  return Buffer.concat([head, body])
}

function sized(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  const size = Buffer.alloc(2)
  size.writeUInt16LE(bytes.length)
  return Buffer.concat([size, bytes])
}
