import { expect, test } from 'vitest'
import { HeaderFields } from './header-fields.ts'
import { RequestParser } from './request-parser.ts'
import { ResponseParser } from './response-parser.ts'
import { splitTarget } from './target.ts'

const get = 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n'

test('waits between messages until it is told to go on', () => {
  const parser = new RequestParser()
  expect(parser.idle).toBe(true)
  parser.push(Buffer.from(get + get))
  expect([parser.next(), parser.next(), parser.next(), parser.next()]).toEqual(['head', 'end', 'paused', 'paused'])
  expect(parser.idle).toBe(false)
  expect(parser.buffered).toBe(get.length)
  parser.startNext()
  expect([parser.next(), parser.next(), parser.next()]).toEqual(['head', 'end', 'paused'])
  expect(parser.idle).toBe(true)
})

test('going on too early is the caller’s mistake', () => {
  expect(() => new RequestParser().startNext()).toThrow(expect.objectContaining({ code: 'invalid-use', side: 'local' }))
})

test('a head outlives the next one, and the bytes it came in', () => {
  const parser = new RequestParser()
  const bytes = Buffer.from(get)
  parser.push(bytes)
  parser.next()
  const { head } = parser
  bytes.fill(0)
  parser.next()
  parser.next()
  parser.startNext()
  parser.push(Buffer.from('GET /b HTTP/1.1\r\nHost: b\r\n\r\n'))
  parser.next()
  expect([head.target, head.headers.get('host'), parser.head.headers.get('host')]).toEqual(['/a', 'a', 'b'])
})

test('body bytes are views, without a copy', () => {
  const parser = new RequestParser()
  parser.push(Buffer.from('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n'))
  expect(parser.next()).toBe('head')
  const body = Buffer.from('abcd')
  parser.push(body)
  expect(parser.next()).toBe('data')
  expect(parser.data).toBe(body)
})

test('views stay as they were when more is pushed before they are read', () => {
  const parser = new RequestParser()
  parser.push(Buffer.from('POST / HTTP/1.1\r\nHost: a\r\nContent-Len'))
  expect(parser.next()).toBe('need-data')
  parser.push(Buffer.from('gth: 6\r\n\r\nabc'))
  parser.next()
  parser.next()
  const first = parser.data
  parser.push(Buffer.from('def'))
  parser.next()
  expect([Buffer.from(first).toString(), Buffer.from(parser.data).toString()]).toEqual(['abc', 'def'])
})

test('what follows an upgrade is left over', () => {
  const server = new RequestParser()
  server.push(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nraw'))
  expect([server.next(), server.next()]).toEqual(['head', 'end'])
  expect(Buffer.from(server.remainder()).toString()).toBe('raw')
  const client = new ResponseParser()
  client.expect('CONNECT')
  client.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\nraw'))
  expect([client.next(), client.next()]).toEqual(['head', 'end'])
  expect(Buffer.from(client.remainder()).toString()).toBe('raw')
})

test('a peer that closes between messages has done nothing wrong', () => {
  const parser = new RequestParser()
  parser.finish()
  parser.push(Buffer.from(get))
  parser.next()
  parser.next()
  parser.finish()
  expect(() => {
    parser.next()
    parser.startNext()
    parser.push(Buffer.from('GE'))
    parser.next()
    parser.finish()
  }).toThrow(expect.objectContaining({ code: 'truncated', side: 'remote' }))
})

test('fields are found in any case, first or all', () => {
  const fields = HeaderFields.from([
    ['Set-Cookie', 'a'],
    ['X-Y', 'b'],
    ['SET-COOKIE', 'c'],
  ])
  expect([fields.get('set-cookie'), fields.get('x-y'), fields.get('x')]).toEqual(['a', 'b', undefined])
  expect(fields.getAll('set-cookie')).toEqual(['a', 'c'])
  expect([fields.has('x-y'), fields.has('x_y')]).toEqual([true, false])
  expect([fields.size, fields.name(2), fields.lowerName(2), fields.value(2)]).toEqual([
    3,
    'SET-COOKIE',
    'set-cookie',
    'c',
  ])
})

test('targets come apart', () => {
  expect(splitTarget('GET', '/a?b?c')).toEqual({ authority: undefined, path: '/a', query: 'b?c' })
  expect(splitTarget('GET', '/a#b?c')).toEqual({ authority: undefined, path: '/a', query: '' })
  expect(splitTarget('GET', 'http://h:1/a?b')).toEqual({ authority: 'h:1', path: '/a', query: 'b' })
  expect(splitTarget('GET', 'http://h')).toEqual({ authority: 'h', path: '/', query: '' })
  expect(splitTarget('GET', 'http://h?q')).toEqual({ authority: 'h', path: '/', query: 'q' })
  expect(splitTarget('OPTIONS', '*')).toEqual({ authority: undefined, path: '', query: '' })
  expect(splitTarget('CONNECT', 'h:1')).toEqual({ authority: 'h:1', path: '', query: '' })
})
