import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { Stream, text } from '../test/probe.ts'
import { type CorsOptions, cors } from './cors.ts'

const origins = ['https://a.example']
const ask = async (
  options: CorsOptions,
  headers: Record<string, string>,
  method = 'GET',
): Promise<[number, Record<string, string>]> => {
  const response = await testClient(cors(options)(text('data'))).fetch('/', { method, headers })
  return [response.status, Object.fromEntries([...response.headers].filter(([name]) => /^access|^vary/.test(name)))]
}
const origin = 'https://a.example'
const preflight = { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-a, x-b' }

test('a listed origin may read, another may not; both responses vary', async () => {
  const options = { origins, credentials: true, exposed: ['X-Total'] }
  expect(await ask(options, { origin })).toEqual([
    200,
    {
      'access-control-allow-credentials': 'true',
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'X-Total',
      vary: 'Origin',
    },
  ])
  expect(await ask(options, { origin: 'https://b.example' })).toEqual([200, { vary: 'Origin' }])
  expect(await ask(options, {})).toEqual([200, { vary: 'Origin' }])
  expect((await ask({ origins: (one) => one.endsWith('.example') }, { origin }))[1]).toHaveProperty(
    'access-control-allow-origin',
    origin,
  )
  expect(await ask({ origins: '*' }, { origin })).toEqual([200, { 'access-control-allow-origin': '*' }])
})

test('preflights are answered without the application', async () => {
  const stream = new Stream(['never'])
  const client = testClient(cors({ origins, maxAge: 600 })(stream.application))
  const response = await client.fetch('/', { method: 'OPTIONS', headers: preflight })
  expect([response.status, response.headers.get('access-control-allow-headers'), stream.asked]).toEqual([
    204,
    'x-a, x-b',
    0,
  ])
  expect(response.headers.get('access-control-allow-methods')).toContain('PUT')
  expect(response.headers.get('access-control-max-age')).toBe('600')
  const refused = await ask({ origins }, { ...preflight, origin: 'https://b.example' }, 'OPTIONS')
  expect(refused).toEqual([204, { vary: 'Origin' }])
  const listed = await ask({ origins, headers: ['X-A'], methods: ['GET'] }, preflight, 'OPTIONS')
  expect(listed[1]).toMatchObject({ 'access-control-allow-headers': 'X-A', 'access-control-allow-methods': 'GET' })
})

test('an OPTIONS of another kind is the application’s; streams pass', async () => {
  expect((await ask({ origins }, {}, 'OPTIONS'))[0]).toBe(200)
  const stream = new Stream(['a', 'b'])
  const response = await testClient(cors({ origins })(stream.late)).fetch('/', { headers: { origin } })
  expect([await response.text(), stream.closed]).toEqual(['ab', 1])
})

test('credentials for everybody are refused at once', () => {
  expect(() => cors({ origins: '*', credentials: true })).toThrow(expect.objectContaining({ code: 'option-invalid' }))
})
