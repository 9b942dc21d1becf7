/**
 * Debian's nginx and ours, side by side: the same files, the same configuration, the same bytes to both, and the answers
 * compared byte for byte. What is known to differ is named: here what depends on time, place and version, and in cases.ts
 * where the nginx we follow is not as the one that Debian has.
 */
import type { Server } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { type Child, exchange, type Folder, freePort, temporaryFolder, withPeers } from '@trivet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cases, strayReasons } from './differential/cases.ts'
import { http, writeFiles } from './differential/site.ts'
import { startUpstream } from './differential/upstream.ts'
import { type FrontName, startFront } from './stack.ts'

interface Side {
  readonly port: number
  readonly folder: Folder
  readonly child: Child
}

async function start(front: FrontName, upstreamPort: number): Promise<Side> {
  const folder = await temporaryFolder()
  await writeFiles(folder)
  const port = await freePort()
  const child = await startFront(front, folder, port, http.replaceAll('UPSTREAM', String(upstreamPort)))
  return { port, folder, child }
}

/** How a body is cut into chunks, and by which zlib it was compressed, is not compared. */
function plain(answer: string): string {
  const end = answer.indexOf('\r\n\r\n') + 4
  const head = answer.slice(0, end)
  const isChunked = /^Transfer-Encoding: chunked\r$/m.test(head)
  if (!isChunked) return answer
  const whole = joinChunks(answer.slice(end))
  const isZipped = /^Content-Encoding: gzip\r$/m.test(head)
  return head + (isZipped ? gunzipSync(Buffer.from(whole, 'latin1')).toString('latin1') : whole)
}

function joinChunks(body: string): string {
  let whole = ''
  for (let rest = body; ;) {
    const [line = '', size = ''] = /^([\da-f]+)\r\n/.exec(rest) ?? []
    const length = Number.parseInt(size, 16)
    if (!(length >= 0)) throw new Error(`not a chunk: ${JSON.stringify(rest)}`)
    if (length === 0) return whole + rest.slice(line.length + 2)
    whole += rest.slice(line.length, line.length + length)
    rest = rest.slice(line.length + length + 2)
  }
}

/** Without what cannot be the same: the time, the port, the version, the folder, the name of a boundary. */
function comparable(answer: string, { port, folder }: Side): string {
  const boundary = /boundary=(\w+)/.exec(answer)?.[1]
  return plain(answer)
    .replaceAll(/^Date: .*\r$/gm, 'Date: now\r')
    .replaceAll(/nginx\/\d+\.\d+\.\d+/g, 'nginx/version')
    .replaceAll(/^Expires: \w{3}, \d\d \w{3} 2[01]\d\d .*\r$/gm, (line) =>
      line.includes('2037') ? line : 'Expires: then\r',
    )
    .replaceAll(boundary ?? '(no boundary)', 'boundary')
    .replaceAll(`:${port}`, ':port')
    .replaceAll(folder.path, '/folder')
}

withPeers('nginx').describe('nginx and trivet-proxy answer alike', () => {
  let upstream: { readonly server: Server; readonly port: number }
  let theirs: Side
  let ours: Side

  beforeAll(async () => {
    upstream = await startUpstream()
    theirs = await start('nginx', upstream.port)
    ours = await start('trivet-proxy', upstream.port)
  })
  afterAll(async () => {
    for (const { child, folder, port } of [theirs, ours]) {
      await child.stop('SIGTERM', { sockets: [{ host: '127.0.0.1', port }] })
      await folder.remove()
    }
    await new Promise((resolve) => upstream.server.close(resolve))
  })

  const ask = async (side: Side, send: string): Promise<string> =>
    comparable(await exchange({ host: '127.0.0.1', port: side.port }, Buffer.from(send, 'latin1')), side)

  test.each(cases)('$name', async ({ send, differs }) => {
    const [nginx, trivet] = [await ask(theirs, send), await ask(ours, send)]
    if (differs === undefined) expect(trivet).toBe(nginx)
    else expect(trivet, `no longer differs: ${differs}`).not.toBe(nginx)
  })
})

test('every reason for a difference belongs to a case', () => {
  expect(strayReasons).toEqual([])
})
