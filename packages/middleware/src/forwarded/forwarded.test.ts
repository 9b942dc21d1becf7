import type { Environ } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { text } from '../../test/probe.ts'
import { type ForwardedOptions, forwarded } from './forwarded.ts'
import { addressOf, forwardedHops } from './hops.ts'

const trusted = ['10.0.0.0/8', '2001:db8::/32']

async function seen(
  headers: Record<string, string>,
  options: Partial<ForwardedOptions> = {},
  environ: Partial<Environ> = { REMOTE_ADDR: '10.0.0.1', REMOTE_PORT: '1234' },
): Promise<string> {
  const application = forwarded({ trusted, ...options })((environ, startResponse) => {
    const { REMOTE_ADDR, HTTPS, HTTP_HOST, HTTP_X_FORWARDED_FOR: left = '-' } = environ
    return text([REMOTE_ADDR, environ['tsgi.url_scheme'], HTTPS, HTTP_HOST, left].join(' '))(environ, startResponse)
  })
  return (await testClient(application, { environ }).fetch('/', { headers })).text()
}

test.each([
  ['one proxy', '192.0.2.7', '192.0.2.7'],
  ['two proxies', '192.0.2.7, 10.1.1.1', '192.0.2.7'],
  ['a liar before them', '127.0.0.1, 192.0.2.7, 10.1.1.1', '192.0.2.7'],
  ['all of them trusted', '10.3.3.3, 10.2.2.2', '10.3.3.3'],
  ['nonsense at the end', '192.0.2.7, unknown', '10.0.0.1'],
  ['nonsense behind a proxy', 'unknown, 10.1.1.1', '10.1.1.1'],
  ['with ports and brackets', '[2001:db9::1]:99, 10.2.2.2:80', '2001:db9::1'],
])('X-Forwarded-For, %s', async (_what, list, address) => {
  expect(await seen({ 'x-forwarded-for': list })).toBe(`${address} http  localhost ${list}`)
})

test('scheme and host', async () => {
  const headers = { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'example.com' }
  expect(await seen(headers)).toBe('192.0.2.7 https on localhost 192.0.2.7')
  expect(await seen(headers, { host: true })).toBe('192.0.2.7 https on example.com 192.0.2.7')
  expect(await seen({ 'x-forwarded-proto': 'https' })).toBe('10.0.0.1 https on localhost -')
  expect(await seen({ ...headers, 'x-forwarded-proto': 'gopher' })).toContain(' http ')
  const far = { 'x-forwarded-for': '1.1.1.1, 192.0.2.7', 'x-forwarded-proto': 'https, http' }
  expect(await seen(far)).toBe('192.0.2.7 http  localhost 1.1.1.1, 192.0.2.7')
})

test('from anybody else the headers are removed', async () => {
  const headers = { 'x-forwarded-for': '10.9.9.9', 'x-forwarded-proto': 'https' }
  expect(await seen(headers, {}, { REMOTE_ADDR: '192.0.2.1' })).toBe('192.0.2.1 http  localhost -')
  expect(await seen(headers, {}, {})).toBe(' http  localhost -')
  expect(await seen(headers, { trusted: ['unix'] }, {})).toBe('10.9.9.9 https on localhost 10.9.9.9')
  expect(await seen(headers, {}, { REMOTE_ADDR: '::ffff:10.0.0.1' })).toContain('https')
})

test('Forwarded, and its forerunners ignored then', async () => {
  const headers = {
    forwarded: 'for=1.1.1.1, for="[2001:db9::1]:4711";proto=https;host="example.com", for=10.1.1.1;by=10.0.0.1',
    'x-forwarded-for': '6.6.6.6',
  }
  const options: Partial<ForwardedOptions> = { header: 'forwarded', host: true }
  expect(await seen(headers, options)).toBe('2001:db9::1 https on example.com -')
})

test.each(['nonsense', '10.0.0.0/33', '10.0.0.0/', '::1/129', '10.0.0.0/x'])('`trusted` refuses %s', (entry) => {
  expect(() => forwarded({ trusted: [entry] })).toThrow(expect.objectContaining({ code: 'option-invalid' }))
})

test('the grammar of Forwarded', () => {
  expect(forwardedHops('For="a\\"b, c" ;PROTO=http,,for=d')).toEqual([
    { for: 'a"b, c', proto: 'http', host: undefined },
    { for: 'd', proto: undefined, host: undefined },
  ])
  for (const bad of ['for="open', 'for', '=x', 'for=a b']) expect(forwardedHops(bad)).toEqual([])
  fc.assert(
    fc.property(fc.string(), (header) => {
      expect(Array.isArray(forwardedHops(header))).toBe(true)
    }),
  )
  const node = fc.oneof(fc.ipV4(), fc.ipV6())
  fc.assert(
    fc.property(fc.array(node, { minLength: 1 }), (nodes) => {
      const header = nodes.map((one) => `for="${one.includes(':') ? `[${one}]:80` : one}"`).join(', ')
      expect(forwardedHops(header).map((hop) => addressOf(hop.for ?? ''))).toEqual(nodes.map((one) => addressOf(one)))
    }),
  )
})
