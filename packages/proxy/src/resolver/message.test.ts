import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeReply, type DnsRecord } from '../../test/dns-server.ts'
import { answersQuestion, decodeAnswer, encodeQuestion } from './message.ts'

function question(name: string, type: 'A' | 'AAAA' = 'A', id = 7): Buffer {
  const bytes = encodeQuestion(id, name, type)
  if (bytes === undefined) throw new Error(`no question for ${name}`)
  return bytes
}

function answer(records: readonly DnsRecord[], type: 'A' | 'AAAA' = 'A'): ReturnType<typeof decodeAnswer> {
  return decodeAnswer(encodeReply(question('www.example.com', type), { records }, true))
}

test('a question is as RFC 1035 has it', () => {
  expect(question('a.bc', 'AAAA', 0x1234).toString('hex')).toBe('123401000001000000000000016102626300001c0001')
  for (const name of ['', '.', 'a..b', 'a.', `${'x'.repeat(64)}.com`, 'x.'.repeat(130) + 'x'])
    expect(encodeQuestion(1, name, 'A')).toBeUndefined()
})

test('addresses, aliases and the shortest time are read', () => {
  expect(
    answer([
      { data: '10.0.0.1', ttl: 60 },
      { data: '10.0.0.2', ttl: 5 },
    ]),
  ).toMatchObject({
    addresses: ['10.0.0.1', '10.0.0.2'],
    alias: undefined,
    ttl: 5,
  })
  expect(answer([{ data: 'fe80::1' }], 'AAAA').addresses).toEqual(['fe80:0:0:0:0:0:0:1'])
  expect(answer([{ data: '-> other.example.com', ttl: 3 }])).toMatchObject({
    addresses: [],
    alias: 'other.example.com',
    ttl: 3,
  })
  // Not what was asked for, and a time with its highest bit set.
  expect(answer([{ data: 'fe80::1' }])).toMatchObject({ addresses: [], ttl: 0 })
  expect(answer([{ data: '10.0.0.1', ttl: 0x80_00_00_01 }]).ttl).toBe(0)
})

test('an answer belongs to its question', () => {
  const read = answer([])
  expect(answersQuestion(read, 7, 'www.example.com', 'A')).toBe(true)
  expect(answersQuestion(read, 8, 'www.example.com', 'A')).toBe(false)
  expect(answersQuestion(read, 7, 'www.example.org', 'A')).toBe(false)
  expect(answersQuestion(read, 7, 'www.example.com', 'AAAA')).toBe(false)
})

test('a server that cannot read the question may leave it out, but only then', () => {
  const head = Buffer.from('000781810000000000000000', 'hex')
  expect(answersQuestion(decodeAnswer(head), 7, 'a', 'A')).toBe(true)
  head[3] = 0x80
  expect(() => decodeAnswer(head)).toThrow(SyntaxError)
})

test('names may be compressed, but not in a circle', () => {
  const asked = question('example.com')
  const alias = Buffer.concat([asked, Buffer.from('c00c0005000100000001000603777777c00c', 'hex')])
  alias.writeUInt16BE(0x8180, 2)
  alias.writeUInt16BE(1, 6)
  expect(decodeAnswer(alias).alias).toBe('www.example.com')
  alias.writeUInt16BE(0xc000 | (alias.length - 2), alias.length - 2)
  expect(() => decodeAnswer(alias)).toThrow('circle')
})

test('whatever comes is an answer or a SyntaxError', () => {
  const real = encodeReply(question('www.example.com'), { records: [{ data: '-> a.b' }, { data: '10.0.0.1' }] }, true)
  for (let end = 0; end < real.length; end++) expect(() => decodeAnswer(real.subarray(0, end))).toThrow(SyntaxError)
  const damaged = fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { maxLength: 4 }).map((changes) => {
    const bytes = Buffer.from(real)
    for (const [at, byte] of changes) bytes[at] = byte
    return bytes
  })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), damaged), (bytes) => {
      try {
        const { addresses } = decodeAnswer(bytes)
        expect(addresses.length).toBeLessThan(bytes.length)
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError)
      }
    }),
    { numRuns: 2000 },
  )
})
