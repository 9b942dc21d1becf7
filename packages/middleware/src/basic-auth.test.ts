import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { text } from '../test/probe.ts'
import { type BasicAuthOptions, basicAuth } from './basic-auth.ts'

const users = { ada: 'love:lace', böb: 'pässword', empty: '' }
const encode = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`

async function ask(authorization: string | undefined, options: BasicAuthOptions = { users }): Promise<Response> {
  const application = basicAuth(options)((environ, startResponse) => {
    return text(`${environ.AUTH_TYPE} ${Buffer.from(environ.REMOTE_USER, 'latin1').toString()}`)(environ, startResponse)
  })
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
  return testClient(application).fetch('/', { headers })
}

test('who knows the password gets in', async () => {
  expect(await (await ask(encode('ada:love:lace'))).text()).toBe('Basic ada')
  expect(await (await ask(encode('böb:pässword').replace('Basic', 'bAsIc'))).text()).toBe('Basic böb')
})

test.each([
  undefined,
  'Bearer x',
  'Basic ',
  'Basic !!!',
  encode('ada'),
  encode('ada:wrong'),
  encode('nobody:'),
  encode('__proto__:x'),
  encode('ada:love:lace\0'),
])('%s gets a challenge', async (authorization) => {
  const response = await ask(authorization)
  expect([response.status, await response.text()]).toEqual([401, 'Unauthorized\n'])
  expect(response.headers.get('www-authenticate')).toBe('Basic realm="Restricted", charset="UTF-8"')
})

test('a judge may take its time', async () => {
  const judge = async (user: string, password: string): Promise<boolean> => user === password
  expect((await ask(encode('a:a'), { users: judge })).status).toBe(200)
  expect((await ask(encode('a:b'), { users: judge })).status).toBe(401)
})

test('a realm that would break the header is refused at once', () => {
  expect(() => basicAuth({ users, realm: 'a"b' })).toThrow(expect.objectContaining({ code: 'option-invalid' }))
})
