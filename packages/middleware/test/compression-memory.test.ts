/** A slow reader of a compressed stream costs what is on its way, however much the application has to say. */
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Application } from '@trivet/gateway'
import { serve } from '@trivet/gateway/serve'
import { expect, test } from 'vitest'
import { compression, type Encoding } from '../src/index.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const megabyte = 1024 * 1024
const blockSize = 64 * 1024
const total = 96 * megabyte
/** Made and not read: what the kernel and the streams hold for one connection. */
const mostUnread = 24 * megabyte
/** Bytes of this process: some megabytes on their way, the compressor's tables, and what is about to be collected. */
const mostUsed = 48 * megabyte

/** Bytes in use, dead ones not counted. */
async function used(): Promise<number> {
  collect()
  await delay(20) // buffers are given back beside the program
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test.each<Encoding>(['br', 'zstd', 'gzip'])('%s', async (encoding) => {
  let made = 0
  const noise: Application = (_environ, startResponse) => {
    startResponse('200 OK', [['Content-Type', 'text/plain']])
    return (function* blocks() {
      for (; made < total; made += blockSize) yield randomBytes(blockSize)
    })()
  }
  /** Whoever does not wait for the reader runs ahead until all is made. */
  const settled = async (): Promise<void> => {
    for (let seen = -1; seen !== made; await delay(100)) seen = made
  }
  const server = await serve(compression()(noise), { port: 0, lint: false, log: () => {} })
  const socket = connect(server.port, '127.0.0.1')
  const before = await used()
  socket.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept-Encoding: ${encoding}\r\n\r\n`)
  const unread: number[] = []
  const figures: number[] = []
  let received = 0
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received += chunk.length
    if (received < 2 * megabyte * (figures.length + 1)) continue
    await settled()
    unread.push(made - received)
    figures.push((await used()) - before)
    if (figures.length === 4) break
  }
  expect(Math.max(...unread)).toBeLessThan(mostUnread)
  expect(Math.max(...figures)).toBeLessThan(mostUsed)
  socket.destroy()
  await server.close()
})
