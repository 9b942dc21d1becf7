import { expect, test } from 'vitest'
import { parseHost } from './host.ts'

test.each([
  ['localhost', 'localhost', 0],
  ['WWW.Example.COM:8080', 'www.example.com', 8080],
  ['example.com.', 'example.com', 0],
  ['[::1]:80', '[::1]', 80],
  ['a_b~c', 'a_b~c', 0],
  ['host:', 'host', 0],
])('%s', (text, name, port) => {
  expect(parseHost(text)).toEqual({ name, port })
})

test.each(['', '.', 'a..b', 'a/b', 'a@b', 'a b', 'a:99999', 'a:b', '[::1', '[::1]x', 'é'])(
  '%j is not valid',
  (text) => {
    expect(parseHost(text)).toBeUndefined()
  },
)
