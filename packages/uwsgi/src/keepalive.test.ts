import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  acknowledges,
  formatAcknowledgement,
  isNonce,
  isPipelinable,
  isSelfDelimited,
  Nonces,
  parseAcknowledgement,
} from './keepalive.ts'

test('an acknowledgement is read back', () => {
  const nonce = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/)
  fc.assert(
    fc.property(
      nonce,
      fc.integer({ min: 1, max: 999 }),
      fc.option(fc.nat(9999), { nil: undefined }),
      (text, depth, capacity) => {
        expect(parseAcknowledgement(formatAcknowledgement(text, depth, capacity))).toEqual({
          nonce: text,
          depth,
          capacity,
        })
      },
    ),
  )
})

test.each([
  ['abc', { nonce: 'abc', depth: 1, capacity: undefined }],
  ['abc; depth=0', { nonce: 'abc', depth: 1, capacity: undefined }],
  ['abc;capacity=2; weight=9', { nonce: 'abc', depth: 1, capacity: 2 }],
  ['', undefined],
  ['abc; depth', undefined],
  ['abc depth=2', undefined],
  ['a,b', undefined],
  ['abc; depth=99999999999', undefined],
])('%s', (value, expected) => {
  expect(parseAcknowledgement(value)).toEqual(expected)
})

test('nonces are syntactic nonces and never come twice', () => {
  const nonces = new Nonces('p_')
  const made = Array.from({ length: 2000 }, () => nonces.next())
  expect(new Set(made).size).toBe(2000)
  expect(made.every(isNonce)).toBe(true)
  expect(() => new Nonces('a b')).toThrow(TypeError)
})

test('only a response that says where it ends can be acknowledged', () => {
  expect(isSelfDelimited('GET', 200, undefined, false)).toBe(false)
  expect(isSelfDelimited('GET', 200, 0, false)).toBe(true)
  expect(isSelfDelimited('GET', 200, undefined, true)).toBe(true)
  expect(isSelfDelimited('HEAD', 200, undefined, false)).toBe(true)
  expect(isSelfDelimited('GET', 304, undefined, false)).toBe(true)
  expect(isSelfDelimited('GET', 204, undefined, false)).toBe(true)
})

test('only bodyless safe methods are pipelined', () => {
  expect(
    ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'TRACE'].filter((method) => isPipelinable(method, 0)),
  ).toEqual(['GET', 'HEAD', 'OPTIONS'])
  expect(isPipelinable('GET', 1)).toBe(false)
})

test('an acknowledgement belongs to one nonce', () => {
  expect(acknowledges('abc', 'abc')).toBe(true)
  expect(acknowledges('abc; depth=2', 'abc')).toBe(true)
  expect(acknowledges('abcd; depth=2', 'abc')).toBe(false)
  expect(acknowledges('ab', 'abc')).toBe(false)
})
