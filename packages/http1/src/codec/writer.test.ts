import { expect, test } from 'vitest'
import { httpDate } from './date.ts'
import { chunkPrefix, lastChunkWithTrailers, requestHead, responseHead } from './writer.ts'

const local = (code: string): object => ({ name: 'Http1Error', side: 'local', code, status: 500 })

test('writes heads', () => {
  expect(requestHead('GET', '/', [['Host', 'a']])).toBe('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(requestHead('GET', '/', [], 0)).toBe('GET / HTTP/1.0\r\n\r\n')
  expect(responseHead('200 OK', [['A', 'b']])).toBe('HTTP/1.1 200 OK\r\nA: b\r\n\r\n')
  expect(responseHead(404, [], 0)).toBe('HTTP/1.0 404 \r\n\r\n')
  expect(lastChunkWithTrailers([['A', 'b']])).toBe('0\r\nA: b\r\n\r\n')
  expect(chunkPrefix(255)).toBe('ff\r\n')
})

// U+010D and U+010A are CR and LF when a careless writer keeps their low bytes alone.
for (const bad of ['a\rb', 'a\nb', 'a\0b', 'a\u010d\u010ab', 'a\x7f']) {
  test(`refuses ${JSON.stringify(bad)} in every part`, () => {
    expect(() => requestHead(bad, '/', [])).toThrow(expect.objectContaining(local('invalid-method')))
    expect(() => requestHead('GET', bad, [])).toThrow(expect.objectContaining(local('invalid-target')))
    expect(() => requestHead('GET', '/', [[bad, 'x']])).toThrow(expect.objectContaining(local('invalid-field-name')))
    expect(() => requestHead('GET', '/', [['X', bad]])).toThrow(expect.objectContaining(local('invalid-field-value')))
    expect(() => responseHead(`200 ${bad}`, [])).toThrow(expect.objectContaining(local('invalid-status-line')))
    expect(() => lastChunkWithTrailers([['X', bad]])).toThrow(expect.objectContaining(local('invalid-field-value')))
  })
}

test('refuses a chunk that would end the body', () => {
  for (const size of [0, -1, 1.5, Number.NaN]) {
    expect(() => chunkPrefix(size)).toThrow(expect.objectContaining(local('invalid-chunk-size')))
  }
})

test('refuses statuses that are none', () => {
  for (const status of ['', 'OK', '99', '2000 OK', 99, '200OK']) {
    expect(() => responseHead(status, [])).toThrow(expect.objectContaining(local('invalid-status-line')))
  }
})

test('dates are IMF-fixdates', () => {
  expect(httpDate(784111777000)).toBe('Sun, 06 Nov 1994 08:49:37 GMT')
  expect(httpDate(784111777999)).toBe('Sun, 06 Nov 1994 08:49:37 GMT')
  expect(httpDate(784111778000)).toBe('Sun, 06 Nov 1994 08:49:38 GMT')
})
