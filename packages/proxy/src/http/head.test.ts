import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ServerSettings } from '../model/core-settings.ts'
import { HeadError, HeadReader } from './head.ts'

const settings: ServerSettings = {
  clientHeaderTimeout: 1000,
  clientHeaderBufferSize: 128,
  largeClientHeaderBuffers: { count: 2, size: 256 },
  ignoreInvalidHeaders: true,
  underscoresInHeaders: false,
  mergeSlashes: true,
  maxHeaders: 10,
}

interface Outcome {
  readonly result: string
  readonly fields?: readonly (readonly [string, string])[]
}

/** Reads a head that comes in the given pieces. */
function readPieces(pieces: readonly Buffer[]): Outcome {
  const reader = new HeadReader()
  let bytes = Buffer.alloc(0)
  try {
    for (const piece of pieces) {
      bytes = Buffer.concat([bytes, piece])
      if (!reader.read(bytes, settings)) continue
      return {
        result: `${reader.method} ${reader.target} ${reader.version} ${reader.length}`,
        fields: [...reader.headers],
      }
    }
    return { result: 'incomplete' }
  } catch (error) {
    if (!(error instanceof HeadError)) throw error
    return { result: `status ${error.status}` }
  }
}

const read = (text: string): Outcome => readPieces([Buffer.from(text, 'latin1')])

test('a head with its fields', () => {
  expect(read('GET /a?b HTTP/1.1\r\nHost: x\r\nX-Y:  z \r\n\r\nrest')).toEqual({
    result: 'GET /a?b 11 40',
    fields: [
      ['Host', 'x'],
      ['X-Y', 'z'],
    ],
  })
})

test.each([
  ['bare line feeds', 'GET / HTTP/1.0\nA: b\n\n', 'GET / 10 21'],
  ['empty lines before', '\r\n\nGET / HTTP/1.1\r\n\r\n', 'GET / 11 21'],
  ['several spaces', 'GET   /   HTTP/1.1  \r\n\r\n', 'GET / 11 24'],
  ['HTTP/0.9', 'GET /\r\n', 'GET / 9 7'],
  ['an absolute target', 'GET http://h/p HTTP/1.1\r\n\r\n', 'GET /p 11 27'],
  ['an absolute target without a path', 'GET http://h?q HTTP/1.1\r\n\r\n', 'GET /?q 11 27'],
  ['an unfinished head', 'GET / HTTP/1.1\r\nHost: x\r\n', 'incomplete'],
  ['a lower-case method', 'get / HTTP/1.1\r\n\r\n', 'status 400'],
  ['a TLS handshake', '\x16\x03\x01\x02', 'status 400'],
  ['HTTP/2', 'GET / HTTP/2.0\r\n\r\n', 'status 505'],
  ['CONNECT', 'CONNECT h:1 HTTP/1.1\r\n\r\n', 'status 405'],
  ['CONNECT without a port', 'CONNECT h HTTP/1.1\r\n\r\n', 'status 400'],
  ['a space before the colon', 'GET / HTTP/1.1\r\nA : b\r\n\r\n', 'status 400'],
  ['a folded line', 'GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n', 'status 400'],
  ['a CR inside a value', 'GET / HTTP/1.1\r\nA: b\rc\r\n\r\n', 'status 400'],
  ['a long target', `GET /${'x'.repeat(300)} HTTP/1.1\r\n\r\n`, 'status 414'],
  ['a long field', `GET / HTTP/1.1\r\nA: ${'x'.repeat(300)}\r\n\r\n`, 'status 494'],
  ['too many long fields', `GET / HTTP/1.1\r\n${`A: ${'x'.repeat(200)}\r\n`.repeat(3)}\r\n`, 'status 494'],
  ['too many fields', `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(11)}\r\n`, 'status 494'],
])('%s', (_, text, result) => {
  expect(read(text).result).toBe(result)
})

test('fields with odd names are left out', () => {
  expect(read('GET / HTTP/1.1\r\nA_b: 1\r\nC(d: 2\r\nE: 3\r\n\r\n').fields).toEqual([['E', '3']])
})

const texts = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom('GET', ' ', '/', 'HTTP/1.1', '\r\n', '\n', 'Host: x', 'a_b:', '\r', ':', 'x'.repeat(140), 'é'),
      { maxLength: 25 },
    )
    .map((parts) => parts.join('')),
)

test('where the bytes are split never matters, and nothing but HeadError is thrown', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat(300), { maxLength: 6 }), (text, cuts) => {
      const bytes = Buffer.from(text, 'latin1')
      const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length]
      const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
      expect(readPieces(pieces.filter((piece) => piece.length > 0))).toEqual(
        bytes.length === 0 ? { result: 'incomplete' } : readPieces([bytes]),
      )
    }),
  )
})

test('a line that is none is kept for the log, up to its end', () => {
  const reader = new HeadReader()
  expect(reader.tryRead(Buffer.from('get /a HTTP/1.1\r\nHost: x\r\n'), settings)).toBeInstanceOf(HeadError)
  expect(reader.line).toBe('get /a HTTP/1.1')
})

test('the short way of usual request lines takes what the general one takes', () => {
  const targets = fc.string({ unit: fc.constantFrom('a', '/', '?', '%', 'é', ' ', '\t', '\x7f', '\x01'), maxLength: 6 })
  fc.assert(
    fc.property(targets, (target) => {
      // Two spaces are not usual.
      const [usual, general] = [`GET /${target} HTTP/1.1`, `GET  /${target} HTTP/1.1`].map(
        (line) => read(`${line}\r\n\r\n`).result,
      )
      expect(usual?.replace(/\d+$/, '')).toBe(general?.replace(/\d+$/, ''))
    }),
  )
})
