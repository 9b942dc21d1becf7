import { compose } from '@trivet/gateway'
import type { Application, Environ } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { Stream, never, plain, text } from '../../test/probe.ts'
import { methodOverride } from '../method-override.ts'
import { type AccessLogOptions, accessLog } from './access-log.ts'

const environ: Partial<Environ> = { REMOTE_ADDR: '192.0.2.1' }

async function logged(
  application: Application,
  init: RequestInit = {},
  format: AccessLogOptions['format'] = 'common',
): Promise<string[]> {
  const lines: string[] = []
  const client = testClient(accessLog({ format, write: (line) => lines.push(line) })(application), { environ })
  const response = await client.fetch('/a%20b?c="d"', init)
  await response.text().catch(() => {})
  return lines.map((line) => line.replace(/\[.*?\]/, '[time]'))
}

test('common: arrays, streams, write() and HEAD', async () => {
  const line = '192.0.2.1 - - [time] "GET /a%20b?c=%22d%22 HTTP/1.1" 200'
  const stream = new Stream(['ab', 'c'])
  const writing: Application = (_environ, startResponse) => {
    void startResponse('200 OK', plain)(Buffer.from('abc'))
    return [Buffer.from('d')]
  }
  expect(await logged(text('hello'))).toEqual([`${line} 5`])
  expect(await logged(stream.application)).toEqual([`${line} 3`])
  expect(await logged(stream.late)).toEqual([`${line} 3`])
  expect(await logged(writing)).toEqual([`${line} 4`])
  expect(await logged(text('hello'), { method: 'HEAD' })).toEqual([`${line.replace('GET', 'HEAD')} -`])
  expect(stream.closed).toBe(2)
})

test('combined: no client can forge a line', async () => {
  const headers = { 'user-agent': 'a" b\\é', referer: 'http://x/' }
  expect(await logged(text('hello'), { headers }, 'combined')).toEqual([
    expect.stringMatching(/ 200 5 "http:\/\/x\/" "a\\x22 b\\x5C\\xE9"$/),
  ])
})

test('JSON has the error too', async () => {
  const [line = ''] = await logged(new Stream([new Error('broken')]).application, {}, 'json')
  expect(JSON.parse(line)).toMatchObject({ remote: '192.0.2.1', method: 'GET', status: 500, bytes: 0, error: 'broken' })
})

test('the time is of the common log format', async () => {
  const lines: string[] = []
  await testClient(accessLog({ write: (line) => lines.push(line) })(text('x'))).fetch('/')
  expect(lines[0]).toMatch(
    /^- - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/ HTTP\/1\.1" 200 1 "-" "-"$/,
  )
})

test('the request is told as it came, whatever is changed inside', async () => {
  const lines = await logged(compose(methodOverride(), text('x')), {
    method: 'POST',
    headers: { 'x-http-method-override': 'PUT' },
  })
  expect(lines).toEqual([expect.stringContaining('"POST /a%20b')])
})

test('a client that leaves is told of when the response ends', async () => {
  const ended = Promise.withResolvers<string>()
  const stream = new Stream(['abc', never()])
  const client = testClient(accessLog({ format: 'json', write: ended.resolve })(stream.application))
  await (await client.fetch('/')).body?.cancel()
  expect(JSON.parse(await ended.promise)).toMatchObject({ status: 200, bytes: 3 })
  expect(stream.closed).toBe(1)
})
