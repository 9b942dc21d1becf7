import { everySplit } from '@trivet/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UwsgiError } from './errors.ts'
import type { PacketLimits } from './limits.ts'
import { PacketParser } from './packet-parser.ts'
import { encodePacket } from './packet-writer.ts'

type Pair = readonly [string, string]

/** Feeds the pieces and writes down what happens, with neighbouring data events joined. */
function read(pieces: Iterable<Uint8Array>, limits?: Partial<PacketLimits>): string[] {
  const parser = new PacketParser(limits)
  const log: string[] = []
  let body = ''
  try {
    for (const piece of pieces) {
      parser.push(piece)
      for (let event = parser.next(); event !== 'need-data'; event = parser.next()) {
        if (event === 'packet') log.push(describe(parser))
        else if (event === 'data') body += Buffer.from(parser.data).toString('latin1')
        else if (event === 'end') {
          log.push(`body ${JSON.stringify(body)}`)
          body = ''
        } else parser.startNext()
      }
    }
    parser.finish()
    log.push(parser.idle ? 'idle' : 'not idle')
  } catch (error) {
    if (!(error instanceof UwsgiError)) throw error
    expect(error.side).toBe('remote')
    log.push(`${error.code} ${error.status}`)
  }
  return log
}

function describe({ packet }: PacketParser): string {
  const { modifier1, modifier2, vars, contentLength, keepAlive, byteLength } = packet
  return JSON.stringify([modifier1, modifier2, [...vars], contentLength, keepAlive ?? null, byteLength])
}

function bytes(...parts: (Uint8Array | string)[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))
}

const get: Pair[] = [
  ['REQUEST_METHOD', 'GET'],
  ['PATH_INFO', '/'],
  ['HTTP_X', ''],
]
const post: Pair[] = [
  ['REQUEST_METHOD', 'POST'],
  ['CONTENT_LENGTH', '5'],
  ['HTTP_TRANSFER_ENCODING', 'chunked'],
  ['UWSGI_KEEPALIVE', 'a-1'],
]

interface Case {
  readonly wire: Uint8Array
  readonly log: readonly string[]
  readonly limits?: Partial<PacketLimits>
}

const cases: Record<string, Case> = {
  'a request without a body': {
    wire: encodePacket(get),
    log: ['[0,0,[["REQUEST_METHOD","GET"],["PATH_INFO","/"],["HTTP_X",""]],0,null,49]', 'body ""', 'idle'],
  },
  'no vars at all': { wire: bytes('\0\0\0\0'), log: ['[0,0,[],0,null,4]', 'body ""', 'idle'] },
  'a body, and nginx sending both length and transfer encoding': {
    wire: bytes(encodePacket(post), 'hello'),
    log: [
      '[0,0,[["REQUEST_METHOD","POST"],["CONTENT_LENGTH","5"],["HTTP_TRANSFER_ENCODING","chunked"],["UWSGI_KEEPALIVE","a-1"]],5,"a-1",100]',
      'body "hello"',
      'idle',
    ],
  },
  'two requests one behind the other': {
    wire: bytes(encodePacket([['CONTENT_LENGTH', '2']], 30, 7), 'hi', encodePacket([['A', 'b']])),
    log: ['[30,7,[["CONTENT_LENGTH","2"]],2,null,23]', 'body "hi"', '[0,0,[["A","b"]],0,null,10]', 'body ""', 'idle'],
  },
  'a ping': { wire: bytes('\x64\0\0\0'), log: ['[100,0,[],0,null,4]', 'body ""', 'idle'] },
  'a configured modifier': {
    wire: encodePacket([], 5),
    log: ['[5,0,[],0,null,4]', 'body ""', 'idle'],
    limits: { modifiers: [5] },
  },
  'an empty CONTENT_LENGTH': {
    wire: encodePacket([['CONTENT_LENGTH', '']]),
    log: ['[0,0,[["CONTENT_LENGTH",""]],0,null,22]', 'body ""', 'idle'],
  },
  'the same CONTENT_LENGTH twice': {
    wire: bytes(
      encodePacket([
        ['CONTENT_LENGTH', '1'],
        ['CONTENT_LENGTH', '1'],
      ]),
      'x',
    ),
    log: ['[0,0,[["CONTENT_LENGTH","1"],["CONTENT_LENGTH","1"]],1,null,42]', 'body "x"', 'idle'],
  },
  'a nonce that is none offers nothing': {
    wire: encodePacket([['UWSGI_KEEPALIVE', 'a b']]),
    log: ['[0,0,[["UWSGI_KEEPALIVE","a b"]],0,null,26]', 'body ""', 'idle'],
  },
  'exactly bufferSize': {
    wire: encodePacket([['A', 'b']]),
    log: ['[0,0,[["A","b"]],0,null,10]', 'body ""', 'idle'],
    limits: { bufferSize: 6 },
  },
  'one byte over bufferSize': {
    wire: encodePacket([['A', 'bc']]),
    log: ['vars-too-large 431'],
    limits: { bufferSize: 6 },
  },
  'exactly maxVars': {
    wire: encodePacket([
      ['A', ''],
      ['B', ''],
    ]),
    log: ['[0,0,[["A",""],["B",""]],0,null,14]', 'body ""', 'idle'],
    limits: { maxVars: 2 },
  },
  'one var over maxVars': {
    wire: encodePacket([
      ['A', ''],
      ['B', ''],
      ['C', ''],
    ]),
    log: ['too-many-vars 431'],
    limits: { maxVars: 2 },
  },
  'exactly maxBody': {
    wire: bytes(encodePacket([['CONTENT_LENGTH', '2']]), 'hi'),
    log: ['[0,0,[["CONTENT_LENGTH","2"]],2,null,23]', 'body "hi"', 'idle'],
    limits: { maxBody: 2 },
  },
  'one byte over maxBody': {
    wire: encodePacket([['CONTENT_LENGTH', '3']]),
    log: ['body-too-large 413'],
    limits: { maxBody: 2 },
  },
  'an empty key': { wire: bytes('\0\x04\0\0', '\0\0\0\0'), log: ['empty-key 400'] },
  'a key cut by the block': { wire: bytes('\0\x03\0\0', '\x02\0A'), log: ['truncated-var 400'] },
  'a key size cut by the block': { wire: bytes('\0\x01\0\0', '\x02'), log: ['truncated-var 400'] },
  'a value size cut by the block': { wire: bytes('\0\x04\0\0', '\x01\0A\0'), log: ['truncated-var 400'] },
  'a value cut by the block': { wire: bytes('\0\x05\0\0', '\x01\0A\x01\0'), log: ['truncated-var 400'] },
  'CONTENT_LENGTH abc': { wire: encodePacket([['CONTENT_LENGTH', 'abc']]), log: ['bad-content-length 400'] },
  'CONTENT_LENGTH -1': { wire: encodePacket([['CONTENT_LENGTH', '-1']]), log: ['bad-content-length 400'] },
  'CONTENT_LENGTH with a sign': { wire: encodePacket([['CONTENT_LENGTH', '+1']]), log: ['bad-content-length 400'] },
  'CONTENT_LENGTH with a space': { wire: encodePacket([['CONTENT_LENGTH', ' 1']]), log: ['bad-content-length 400'] },
  'CONTENT_LENGTH with a line end': {
    wire: encodePacket([['CONTENT_LENGTH', '1\n']]),
    log: ['bad-content-length 400'],
  },
  'CONTENT_LENGTH beyond exact numbers': {
    wire: encodePacket([['CONTENT_LENGTH', '9999999999999999']]),
    log: ['bad-content-length 400'],
  },
  'two different CONTENT_LENGTHs': {
    wire: encodePacket([
      ['CONTENT_LENGTH', '1'],
      ['CONTENT_LENGTH', '2'],
    ]),
    log: ['bad-content-length 400'],
  },
  'a transfer encoding alone': {
    wire: encodePacket([['HTTP_TRANSFER_ENCODING', 'chunked']]),
    log: ['length-required 411'],
  },
  'a transfer encoding beside an empty length': {
    wire: encodePacket([
      ['CONTENT_LENGTH', ''],
      ['HTTP_TRANSFER_ENCODING', 'chunked'],
    ]),
    log: ['length-required 411'],
  },
  'an unknown modifier': { wire: encodePacket([], 173), log: ['unknown-modifier 501'] },
  'a ping with content': { wire: encodePacket([['A', 'b']], 100), log: ['unknown-modifier 501'] },
  'a cut header': { wire: bytes('\0\0'), log: ['cut-packet 400'] },
  'cut vars': { wire: encodePacket(get).subarray(0, 20), log: ['cut-packet 400'] },
  'a cut body': {
    wire: bytes(encodePacket([['CONTENT_LENGTH', '5']]), 'hi'),
    log: ['[0,0,[["CONTENT_LENGTH","5"]],5,null,23]', 'cut-body 400'],
  },
  'HTTP, size 21573': { wire: bytes('GET / HTTP/1.1\r\n\r\n'), log: ['http-request 400'] },
  'HTTP/2': { wire: bytes('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), log: ['http-request 400'] },
  TLS: { wire: bytes('\x16\x03\x01\x02\0'), log: ['http-request 400'] },
}

test.each(Object.entries(cases))('%s, however the bytes are split', (_, { wire, log, limits }) => {
  for (const pieces of everySplit(wire)) expect(read(pieces, limits)).toEqual(log)
})

test.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'CONNECT', 'PROPFIND'])(
  '%s spoken to a uwsgi socket is recognised and the message says so',
  (method) => {
    const parser = new PacketParser()
    parser.push(bytes(`${method} / HTTP/1.1\r\n`))
    expect(() => parser.next()).toThrow(/speaks HTTP to a uwsgi socket/)
  },
)

test('an error comes again on every later call', () => {
  const parser = new PacketParser()
  parser.push(encodePacket([['CONTENT_LENGTH', 'x']]))
  expect(() => parser.next()).toThrow('CONTENT_LENGTH is "x"')
  parser.push(encodePacket([]))
  expect(() => parser.next()).toThrow('CONTENT_LENGTH is "x"')
})

test('pipelined bytes wait until startNext, and remainder() hands them out', () => {
  const parser = new PacketParser()
  parser.push(bytes(encodePacket([]), encodePacket([['A', 'b']])))
  expect([parser.next(), parser.next(), parser.next(), parser.buffered]).toEqual(['packet', 'end', 'paused', 10])
  expect(Buffer.from(parser.remainder())).toEqual(encodePacket([['A', 'b']]))
  expect([parser.next(), parser.buffered]).toEqual(['paused', 0])
})

test('body data is a view of what was pushed', () => {
  const parser = new PacketParser()
  const wire = bytes(encodePacket([['CONTENT_LENGTH', '5']]), 'hello')
  parser.push(wire)
  parser.next()
  expect(parser.next()).toBe('data')
  expect(parser.data.buffer).toBe(wire.buffer)
})

const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) })
const key = latin1.filter((text) => text !== '' && !['CONTENT_LENGTH', 'HTTP_TRANSFER_ENCODING'].includes(text))
const pieces = fc.array(fc.nat(400), { maxLength: 6 })

function cut(wire: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const edges = [0, ...cuts.map((at) => Math.min(at, wire.length)).toSorted((a, b) => a - b), wire.length]
  return edges.slice(1).map((end, i) => wire.slice(edges[i], end))
}

test('what is encoded is read back, bodies and splits included', () => {
  const request = fc.record({
    vars: fc.array(fc.tuple(key, latin1)),
    body: fc.uint8Array({ maxLength: 100 }),
    modifier1: fc.constantFrom(0, 30),
    modifier2: fc.nat(255),
  })
  fc.assert(
    fc.property(fc.array(request, { maxLength: 4 }), pieces, (requests, cuts) => {
      const wire = bytes(
        ...requests.flatMap(({ vars, body, modifier1, modifier2 }) => [
          encodePacket([...vars, ['CONTENT_LENGTH', String(body.length)]], modifier1, modifier2),
          body,
        ]),
      )
      const log = read(cut(wire, cuts))
      expect(log.at(-1)).toBe('idle')
      expect(log.filter((line) => line.startsWith('body '))).toEqual(
        requests.map(({ body }) => `body ${JSON.stringify(Buffer.from(body).toString('latin1'))}`),
      )
      expect(log.filter((line) => line.startsWith('[')).map((line) => JSON.parse(line).slice(0, 3))).toEqual(
        requests.map(({ vars, body, modifier1, modifier2 }) => [
          modifier1,
          modifier2,
          [...vars, ['CONTENT_LENGTH', String(body.length)]],
        ]),
      )
    }),
  )
})

test('arbitrary bytes give events or a UwsgiError, the same however they are split', () => {
  const small = fc.uint8Array({ maxLength: 60 })
  // Blocks whose sizes are small enough to be met, so that the reader gets past the header.
  const framed = small.map((block) => bytes(Uint8Array.of(0, block.length & 255, 0, 0), block))
  const near = fc.array(fc.constantFrom(0, 1, 2, 5, 65, 255), { maxLength: 40 }).map((list) => Uint8Array.from(list))
  fc.assert(
    fc.property(fc.oneof(small, framed, near), pieces, (wire, cuts) => {
      expect(read(cut(wire, cuts))).toEqual(read([wire]))
    }),
    { numRuns: 500 },
  )
})
