import type { Application } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { text } from '../test/probe.ts'
import { methodOverride } from './method-override.ts'

const echo: Application = (environ, startResponse) => text(environ.REQUEST_METHOD)(environ, startResponse)
const ask = async (url: string, init: RequestInit, options = {}): Promise<string> =>
  (await testClient(methodOverride(options)(echo)).fetch(url, init)).text()

test('a POST becomes what the header or the query says', async () => {
  const headers = { 'x-http-method-override': 'delete' }
  expect(await ask('/', { method: 'POST', headers })).toBe('DELETE')
  expect(await ask('/?_method=PATCH', { method: 'POST', body: 'a=b' })).toBe('PATCH')
})

test('nothing else does', async () => {
  const headers = { 'x-http-method-override': 'DELETE' }
  expect(await ask('/', { method: 'GET', headers })).toBe('GET')
  expect(await ask('/?_method=HEAD', { method: 'POST' })).toBe('POST')
  expect(await ask('/?_method=PUT', { method: 'POST' }, { parameter: false })).toBe('POST')
  expect(await ask('/?_method=PUT', { method: 'POST' }, { methods: ['DELETE'] })).toBe('POST')
})
