import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { text } from '../test/probe.ts'
import { type RequestIdOptions, requestId } from './request-id.ts'

async function ids(options: RequestIdOptions, sent?: string): Promise<{ told: string | null; inside: string }> {
  const application = requestId(options)((environ, startResponse) => {
    return text(`${environ['tsgi.request_id']} ${environ['HTTP_X_REQUEST_ID']}`)(environ, startResponse)
  })
  const headers: Record<string, string> = sent === undefined ? {} : { 'x-request-id': sent }
  const response = await testClient(application).fetch('/', { headers })
  return { told: response.headers.get('x-request-id'), inside: await response.text() }
}

test('each request has its own, inside and outside', async () => {
  const [one, two] = [await ids({}), await ids({}, 'mine')]
  expect(one.told).toMatch(/^[\da-f-]{36}$/)
  expect(one.inside).toBe(`${one.told} ${one.told}`)
  expect([one.told, 'mine']).not.toContain(two.told)
})

test('a trusted client names it, when the name is harmless', async () => {
  expect((await ids({ trustClient: true }, 'edge-1:2/3')).told).toBe('edge-1:2/3')
  for (const bad of ['x'.repeat(129), 'a b', 'a"b']) expect((await ids({ trustClient: true }, bad)).told).not.toBe(bad)
})
