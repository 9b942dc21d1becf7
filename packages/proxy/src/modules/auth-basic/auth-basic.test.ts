import { hash } from 'bcryptjs'
import { expect, test } from 'vitest'
import { serve, statusOf } from '../../../test/served.ts'
import { parsePasswords } from './password-file.ts'
import { verifyPassword } from './passwords.ts'

// As glibc's crypt(3) and `openssl passwd` hash them.
test.each([
  [
    'Hello world!',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
  [
    'This is just a test',
    '$6$rounds=5000$toolongsaltstrin$lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0',
  ],
  [
    'a longer one, of more than sixteen bytes',
    '$6$rounds=1000$s$4Ao9yeE4bp2coOZEZZkc25wB8k5PfwPPT.NZ.GZeWe4R7AgnkIXy/769EbEKH8VKSuEKxfOA5DRYGqnxbCRFt.',
  ],
  ['Hello world!', '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  ['This is just a test', '$5$rounds=1400$toolongsaltstrin$Yx8U3N6ZwRZ5ImaysjwYE45M6UY2K92kGc7uFyAGt.9'],
  ['x', '$1$salt$9GHNWvCB1UrDZjPi7uags0'],
  ['a longer one, of more than 16', '$apr1$saltsalt$VTzqZ47DX6D94GJ3Fe4VP/'],
  ['password', 'sa3tHJ3/KuYvI'],
])('%s is hashed as the system does it', async (password, stored) => {
  expect(await verifyPassword(password, stored)).toBe('right')
  expect(await verifyPassword(`${password}.`.slice(-7), stored)).toBe('wrong')
})

test.each([
  ['{PLAIN}password', 'right'],
  ['{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', 'right'],
  ['{SSHA}yI6cZwQadOA1e+/f+T+H3eCQQhRzYWx0', 'right'],
  ['{SSHA}Zm9vCg==', 'wrong'],
  ['{SHA}Zm9vCg==', 'wrong'],
  ['$1$', 'wrong'],
  ['$apr1$', 'wrong'],
  ['sa3tHJ3/KuYvI', 'right'],
  ['$y$j9T$x$y', 'unknown'],
  ['$6$rounds=99999999$x$y', 'unknown'],
  ['', 'unknown'],
])('%s against "password" is %s', async (stored, verdict) => {
  expect(await verifyPassword('password', stored)).toBe(verdict)
  expect(await verifyPassword('Password', stored)).not.toBe('right')
})

test('a password file is lines of users, the first of a name counts', () => {
  const passwords = parsePasswords('# comment\n:nobody\na:1\nb:2:note\r\na:3\nlast:4')
  expect([...passwords]).toEqual([
    ['a', '1'],
    ['b', '2'],
    ['last', '4'],
  ])
})

test('users are let in by their passwords, others are asked for them', async () => {
  const stored = await hash('s3cret', 4)
  const passwords = `fast:{PLAIN}one\nslow:${stored}\nodd:$y$unknown\n`
  await using proxy = await serve(
    (port) => `server { listen 127.0.0.1:${port}; auth_basic "the realm"; auth_basic_user_file passwords;
      location / { return 200 in; } location /file { alias ${import.meta.filename}; }
      location /open { auth_basic off; alias ${import.meta.filename}; }
      location /any { satisfy any; deny all; alias ${import.meta.filename}; } }`,
    { passwords },
  )
  const as = async (user: string, password: string, target = '/file'): Promise<number> =>
    statusOf(
      await proxy.get(target, `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}\r\n`),
    )
  expect(await proxy.get('/file')).toMatch(/^HTTP\/1\.1 401 [^]*WWW-Authenticate: Basic realm="the realm"\r\n/)
  expect([await as('fast', 'one'), await as('fast', 'two'), await as('nobody', 'one')]).toEqual([200, 401, 401])
  expect([await as('slow', 's3cret'), await as('slow', 's3cret'), await as('slow', 'other')]).toEqual([200, 200, 401])
  expect([await as('odd', 'x'), await as('fast', 'one', '/any'), await as('fast', 'two', '/any')]).toEqual([
    401, 200, 401,
  ])
  expect(statusOf(await proxy.get('/open'))).toBe(200)
  expect(proxy.errors.join('\n')).toContain('the password of user "odd"')
})
