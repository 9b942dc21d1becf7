import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Recorder } from '../../test/recorder.ts'
import { headerKey } from './header-key.ts'
import { requestHeaders } from './request-headers.ts'
import { decodePath, encodePath, requestOrigin, requestTarget, splitTarget } from './target.ts'

const environ = new Recorder().environ()

test('any bytes of a path survive encoding and decoding', () => {
  const bytes = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) })
  fc.assert(
    fc.property(bytes, (path) => {
      expect(decodePath(encodePath(path))).toBe(path)
      expect(encodePath(path)).toMatch(/^[\x21-\x7e]*$/)
    }),
  )
})

test('decodePath leaves what is no escape', () => {
  expect(decodePath('/caf%C3%A9/%zz%4')).toBe('/caf\u00c3\u00a9/%zz%4')
})

test('the target is as the client spelled it unless middleware moved the request', () => {
  const sent = { ...environ, PATH_INFO: '/a b', REQUEST_URI: '/%61%20b?x=1', QUERY_STRING: 'x=1' }
  expect(requestTarget(sent)).toBe('/%61%20b?x=1')
  expect(requestTarget({ ...sent, PATH_INFO: '/c d' })).toBe('/c%20d?x=1')
  expect(requestTarget({ ...sent, SCRIPT_NAME: '/m', REQUEST_URI: 'http://h/a' })).toBe('/m/a%20b?x=1')
})

test('the origin without a Host header', () => {
  expect(requestOrigin(environ)).toBe('http://localhost')
  expect(requestOrigin({ ...environ, SERVER_NAME: '::1', SERVER_PORT: '81' })).toBe('http://[::1]:81')
  expect(requestOrigin({ ...environ, HTTP_HOST: 'a:1' })).toBe('http://a:1')
})

test('header names become keys, and back', () => {
  expect(['X-Foo', 'x-foo', 'content-TYPE', 'Content-Length', 'HOST'].map(headerKey)).toEqual([
    'HTTP_X_FOO',
    'HTTP_X_FOO',
    'CONTENT_TYPE',
    'CONTENT_LENGTH',
    'HTTP_HOST',
  ])
  expect(requestHeaders({ ...environ, HTTP_X_FOO: 'a', CONTENT_TYPE: 'b', CONTENT_LENGTH: '1' })).toEqual([
    ['content-type', 'b'],
    ['content-length', '1'],
    ['x-foo', 'a'],
  ])
})

test.each([
  ['/a%20b?x=?y', { authority: undefined, path: '/a%20b', query: 'x=?y' }],
  ['//a/b', { authority: undefined, path: '//a/b', query: '' }],
  ['*', { authority: undefined, path: '*', query: '' }],
  ['http://a:1/b?c', { authority: 'a:1', path: '/b', query: 'c' }],
  ['HTTP://a?c', { authority: 'a', path: '/', query: 'c' }],
  ['http://a', { authority: 'a', path: '/', query: '' }],
  ['/a?b#c?d', { authority: undefined, path: '/a', query: 'b' }],
])('the target %s', (target, parts) => {
  expect(splitTarget(target)).toEqual(parts)
})
