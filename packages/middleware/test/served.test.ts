/** The whole stack over node:http: what a browser or curl gets through a real socket. */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { compose } from '@trivet/gateway'
import { toNode } from '@trivet/gateway/node'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import {
  accessLog,
  compression,
  errorPage,
  head,
  mount,
  notFound,
  requestId,
  staticFiles,
  timeout,
} from '../src/index.ts'
import { Stream } from './probe.ts'

test('files, streams, HEAD, errors and a client that leaves, through every layer', async () => {
  await using folder = await temporaryFolder()
  const content = 'line of text\n'.repeat(100_000)
  await writeFile(folder.join('large.txt'), content)
  const stream = new Stream(['a', new Promise(() => {})])
  const lines: string[] = []
  const logged = Promise.withResolvers<void>()
  const write = (line: string): void => {
    lines.push(line)
    if (lines.length === 5) logged.resolve()
  }
  const failing = (): never => {
    throw new Error('broken')
  }
  const site = mount({ '/stream': stream.application, '/failing': failing, '/': staticFiles(folder.path)(notFound) })
  const application = compose(
    requestId(),
    accessLog({ format: 'common', write }),
    errorPage({ onError: () => {} }),
    timeout(30_000),
    compression(),
    head,
    site,
  )
  const server = createServer(toNode(application))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = (path: string): string => `http://127.0.0.1:${port}${path}`

  const whole = await fetch(url('/large.txt'), { headers: { 'accept-encoding': 'br' } })
  expect([whole.headers.get('content-encoding'), (await whole.text()) === content]).toEqual(['br', true])
  expect((await fetch(url('/large.txt'), { method: 'HEAD' })).status).toBe(200)
  const part = await fetch(url('/large.txt'), { headers: { range: 'bytes=5-6' } })
  expect([part.status, await part.text()]).toEqual([206, 'of'])
  const failed = await fetch(url('/failing'))
  expect([failed.status, await failed.text()]).toEqual([500, 'Internal Server Error\n'])
  const leaving = request(url('/stream'), (response) => response.once('data', () => leaving.destroy())).end()
  leaving.on('error', () => {})
  await stream.closing
  await logged.promise
  expect(stream.closed).toBe(1)
  // A file is closed after its last byte has left, so the next request may end first.
  const told = lines.map((line) => line.replace(/.*"(\w+) (\S+).*" (\d+) .*/, '$1 $2 $3')).toSorted()
  expect(told).toEqual([
    'GET /failing 500',
    'GET /large.txt 200',
    'GET /large.txt 206',
    'GET /stream 200',
    'HEAD /large.txt 200',
  ])
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
