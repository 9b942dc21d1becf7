import type { Application, HeaderList } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { Stream, text } from '../test/probe.ts'
import { contentLength } from './content-length.ts'

/** What stands between the middleware and the server, which would add a length itself. */
function spied(application: Application): { readonly seen: HeaderList[]; readonly outer: Application } {
  const seen: HeaderList[] = []
  const outer: Application = (environ, startResponse) =>
    contentLength(application)(environ, (status, headers, excInfo) => {
      seen.push(headers)
      return startResponse(status, headers, excInfo)
    })
  return { seen, outer }
}

test('an array gets its length', async () => {
  const { seen, outer } = spied(text('hello'))
  expect(await (await testClient(outer).fetch('/')).text()).toBe('hello')
  expect(seen).toEqual([
    [
      ['Content-Type', 'text/plain'],
      ['Content-Length', '5'],
    ],
  ])
})

test('a stream, a 204 and a length of the application stay as they are', async () => {
  const stream = new Stream(['a', 'b'])
  const empty: Application = (_environ, startResponse) => {
    startResponse('204 No Content', [])
    return []
  }
  for (const application of [stream.application, stream.late, empty]) {
    const { seen, outer } = spied(application)
    await (await testClient(outer).fetch('/')).text()
    expect(seen[0]?.some(([name]) => name === 'Content-Length')).toBe(false)
  }
  const { seen, outer } = spied(text('hi', [['content-length', '2']]))
  await testClient(outer).fetch('/')
  expect(seen).toEqual([[['content-length', '2']]])
})

test('HEAD has the length of GET when the application gives the body', async () => {
  const { outer } = spied(text('hello'))
  const response = await testClient(outer).fetch('/', { method: 'HEAD' })
  expect(response.headers.get('content-length')).toBe('5')
})
