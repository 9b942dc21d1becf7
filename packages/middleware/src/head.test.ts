import { compose } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import type { Application } from '@trivet/gateway'
import { expect, test } from 'vitest'
import { Stream, text } from '../test/probe.ts'
import { compression } from './compression/compression.ts'
import { etag } from './conditional/etag.ts'
import { contentLength } from './content-length.ts'
import { head } from './head.ts'

test('the application sees GET; the client gets the length and no body', async () => {
  let method = ''
  const application: Application = (environ, startResponse) => {
    method = environ.REQUEST_METHOD
    return text('hello')(environ, startResponse)
  }
  const response = await testClient(head(application)).fetch('/', { method: 'HEAD' })
  expect([method, response.headers.get('content-length'), await response.text()]).toEqual(['GET', '5', ''])
  expect(await (await testClient(head(application)).fetch('/')).text()).toBe('hello')
})

test('a stream is asked for one chunk and closed once', async () => {
  for (const kind of ['application', 'late'] as const) {
    const stream = new Stream(['a', 'b', 'c'])
    const client = testClient(head(stream[kind]))
    const response = await client.fetch('/', { method: 'HEAD' })
    await stream.closing
    expect([response.status, await response.text(), stream.asked, stream.closed]).toEqual([200, '', 1, 1])
    expect(client.errors).toEqual([])
  }
})

test('outside it, middleware that waits for the first bytes gets none, and answers', async () => {
  for (const kind of ['application', 'late'] as const) {
    const stream = new Stream(['', 'a', 'b'])
    const client = testClient(compose(compression(), etag(), contentLength, head, stream[kind]))
    const response = await client.fetch('/', { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } })
    await stream.closing
    expect([response.status, response.headers.get('content-length'), client.errors]).toEqual([200, null, []])
  }
})

test('an error before the head is a 500', async () => {
  const client = testClient(head(new Stream([new Error('broken')]).application))
  expect((await client.fetch('/', { method: 'HEAD' })).status).toBe(500)
  expect(client.errors.map((error) => error.message)).toEqual(['broken'])
})
