import type { HeaderList } from '@trivet/gateway'
import { compose } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { Stream, plain, text } from '../../test/probe.ts'
import { conditionalGet } from './conditional-get.ts'
import { etag } from './etag.ts'

const tagged: HeaderList = [...plain, ['ETag', '"a"'], ['Last-Modified', 'Mon, 23 Nov 2026 04:00:00 GMT']]

test('an array body gets a tag of its bytes; the client that has it gets a 304', async () => {
  const client = testClient(compose(conditionalGet, etag(), text('hello')))
  const first = await client.fetch('/')
  const tag = first.headers.get('etag') ?? ''
  expect(tag).toMatch(/^"[\w-]{27}"$/)
  expect(await first.text()).toBe('hello')
  const second = await client.fetch('/', { headers: { 'if-none-match': `"other", W/${tag}` } })
  expect([second.status, second.headers.get('etag'), second.headers.get('content-type')]).toEqual([304, tag, null])
  expect((await client.fetch('/', { method: 'HEAD', headers: { 'if-none-match': tag } })).status).toBe(304)
  expect((await testClient(etag({ weak: true })(text('hello'))).fetch('/')).headers.get('etag')).toBe(`W/${tag}`)
})

test('streams, empty bodies, no-store and own tags are left alone', async () => {
  const stream = new Stream(['a', 'b'])
  const list: HeaderList = [...plain, ['Cache-Control', 'no-store']]
  for (const application of [stream.application, stream.late, text('x', list)]) {
    const response = await testClient(etag()(application)).fetch('/')
    expect([response.headers.get('etag'), (await response.text()) === '']).toEqual([null, false])
  }
  expect((await testClient(etag()(text('x', tagged))).fetch('/')).headers.get('etag')).toBe('"a"')
})

test.each([
  [{ 'if-none-match': '"a"' }, 304],
  [{ 'if-none-match': '*' }, 304],
  [{ 'if-none-match': '"b"' }, 200],
  [{ 'if-none-match': '"b"', 'if-modified-since': 'Mon, 23 Nov 2026 04:00:00 GMT' }, 200],
  [{ 'if-modified-since': 'Mon, 23 Nov 2026 04:00:00 GMT' }, 304],
  [{ 'if-modified-since': 'Mon, 23 Nov 2026 03:59:59 GMT' }, 200],
  [{ 'if-modified-since': 'yesterday' }, 200],
  [{}, 200],
])('%j: %i', async (headers, status) => {
  const stream = new Stream(['a', 'b'], tagged)
  const response = await testClient(conditionalGet(stream.application)).fetch('/', { headers: Object.entries(headers) })
  expect([response.status, await response.text()]).toEqual([status, status === 200 ? 'ab' : ''])
  expect(stream.closed).toBe(1)
})

test('a POST is never a 304', async () => {
  const client = testClient(conditionalGet(text('done', tagged)))
  expect((await client.fetch('/', { method: 'POST', headers: { 'if-none-match': '"a"' } })).status).toBe(200)
})
