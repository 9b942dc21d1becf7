import fc from 'fast-check'
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

test('a host is the same each time, whatever came between', () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'B', '.', ':', '8', '[', '/') }), { maxLength: 20 })
  fc.assert(
    fc.property(texts, (all) => {
      const first = all.map((text) => parseHost(text))
      expect(all.map((text) => parseHost(text))).toEqual(first)
      expect(all.map((text) => parseHost(` ${text}`.slice(1)))).toEqual(first)
    }),
  )
})
