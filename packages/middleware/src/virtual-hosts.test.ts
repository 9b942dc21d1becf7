import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { text } from '../test/probe.ts'
import { virtualHosts } from './virtual-hosts.ts'

const site = virtualHosts({
  'Example.com': text('exact'),
  '*.example.com': text('below'),
  '*.api.example.com': text('api'),
  '[::1]': text('six'),
})

test.each([
  ['http://example.com', 'exact'],
  ['http://EXAMPLE.com:8080', 'exact'],
  ['http://www.example.com', 'below'],
  ['http://a.b.example.com', 'below'],
  ['http://x.api.example.com', 'api'],
  ['http://[::1]:80', 'six'],
  ['http://[::1]:81', 'six'],
  ['http://example.com.', 'exact'],
  ['http://notexample.com', 'Not Found\n'],
])('%s', async (origin, answer) => {
  expect(await (await testClient(site, { origin }).fetch('/')).text()).toBe(answer)
})

test('the fallback takes the rest', async () => {
  const response = await testClient(virtualHosts({ a: text('a') }, text('rest'))).fetch('/')
  expect(await response.text()).toBe('rest')
})

test('start and stop of all are called', async () => {
  const calls: string[] = []
  const start = (): void => void calls.push('start')
  const client = testClient(virtualHosts({ localhost: Object.assign(text('a'), { start }) }))
  await client.fetch('/')
  expect(calls).toEqual(['start'])
})
