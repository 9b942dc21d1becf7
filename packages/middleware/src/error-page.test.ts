import type { Application } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { Stream, never, plain, text } from '../test/probe.ts'
import { errorPage } from './error-page.ts'

const failure = new Error('no <b>luck</b>', { cause: new Error('deeper') })
const synchronous: Application = () => {
  throw failure
}
const rejecting: Application = () => Promise.reject(failure)
const started: Application = (_environ, startResponse) => {
  startResponse('200 OK', plain)
  throw failure
}
const headers = { accept: 'text/html', cookie: 'session=precious' }

test.each([
  ['thrown', synchronous],
  ['rejected', rejecting],
  ['after startResponse', started],
  ['in the first step', new Stream([failure]).application],
  ['in the first step, before startResponse', new Stream([failure]).late],
])('%s', async (_when, application) => {
  const seen: Error[] = []
  const onError = (error: Error): void => void seen.push(error)
  const silent = await testClient(errorPage({ onError })(application)).fetch('/', { headers })
  expect([silent.status, await silent.text()]).toEqual([500, 'Internal Server Error\n'])
  expect(seen).toEqual([failure])
})

test('in development: the message, the stack, the causes and the request, without secrets and markup', async () => {
  const page = errorPage({ development: true, onError: () => {} })(synchronous)
  const response = await testClient(page).fetch('/?a=b', { headers })
  const html = await response.text()
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  for (const part of [
    'no &#60;b&#62;luck',
    'error-page.test.ts',
    'caused by Error: deeper',
    '<td>a=b</td>',
    '(hidden)',
  ]) {
    expect(html).toContain(part)
  }
  expect(html).not.toContain('precious')
  expect(html).not.toContain('<b>')
  const bare = await testClient(page).fetch('/')
  expect(bare.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(await bare.text()).toContain(failure.stack)
})

test('HEAD gets the status alone', async () => {
  const response = await testClient(errorPage({ onError: () => {} })(synchronous)).fetch('/', { method: 'HEAD' })
  expect([response.status, await response.text()]).toEqual([500, ''])
})

test('after the first chunk the connection breaks, and the body is closed', async () => {
  const stream = new Stream(['a', failure])
  const client = testClient(errorPage({ development: true })(stream.application))
  await expect(async () => (await client.fetch('/')).text()).rejects.toThrow('no <b>luck</b>')
  expect([client.errors, stream.closed]).toEqual([[failure], 1])
})

test('by default the stack goes to tsgi.errors, once', async () => {
  const written: string[] = []
  const errors = { write: (line: string) => void written.push(line), writelines() {}, flush() {} }
  await testClient(errorPage()(synchronous), { environ: { 'tsgi.errors': errors } }).fetch('/')
  expect(written).toEqual([`${failure.stack}\n`])
})

test('what works, and a client that leaves, are let be', async () => {
  expect(await (await testClient(errorPage()(text('fine'))).fetch('/')).text()).toBe('fine')
  const seen: Error[] = []
  const stream = new Stream(['a', never()])
  const client = testClient(errorPage({ onError: (error) => seen.push(error) })(stream.application))
  await (await client.fetch('/')).body?.cancel()
  await stream.closing
  expect([seen, client.errors]).toEqual([[], []])
})
