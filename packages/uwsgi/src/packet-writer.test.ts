import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeKey, encodePacket, encodeVar, encodeVars, PacketWriter } from './packet-writer.ts'

test('a packet is header, then size and text of each key and value', () => {
  expect(
    Buffer.from(
      encodePacket(
        [
          ['A', 'xy'],
          ['KEY', ''],
        ],
        30,
        9,
      ),
    ).toString('latin1'),
  ).toBe('\x1e\x0e\0\x09\x01\0A\x02\0xy\x03\0KEY\0\0')
})

test('constant parts, keys and pairs make the same bytes as encodePacket', () => {
  const writer = new PacketWriter()
  const host = encodeKey('HTTP_HOST')
  const constant = encodeVars([
    ['SERVER_NAME', 'a'],
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
  ])
  for (let round = 0; round < 2; round++) {
    writer.encoded(constant)
    writer.add('PATH_INFO', '/\u00e9')
    if (round === 0) {
      writer.encoded(host)
      writer.value('example')
    } else writer.encoded(encodeVar(host, 'example'))
    expect(writer.finish(5, 1)).toEqual(
      encodePacket(
        [
          ['SERVER_NAME', 'a'],
          ['GATEWAY_INTERFACE', 'CGI/1.1'],
          ['PATH_INFO', '/\u00e9'],
          ['HTTP_HOST', 'example'],
        ],
        5,
        1,
      ),
    )
  }
})

test('65535 bytes of vars fit, one more is too big, and the writer can be used again', () => {
  const writer = new PacketWriter()
  writer.add('A', 'x'.repeat(65_535 - 5))
  expect(writer.finish()).toHaveLength(4 + 65_535)
  writer.add('A', 'x'.repeat(65_536 - 5))
  expect(() => writer.finish()).toThrow(
    expect.objectContaining({ code: 'request-too-big', side: 'local', status: 431 }),
  )
  writer.add('A', 'b')
  expect(writer.finish()).toEqual(encodePacket([['A', 'b']]))
})

test('a value of more than 16 bits is too big as well', () => {
  expect(() => encodePacket([['A', 'x'.repeat(65_536)]])).toThrow('request is too big')
})

test('an empty key and a character above U+00FF are refused', () => {
  expect(() => encodePacket([['', 'x']])).toThrow(expect.objectContaining({ code: 'empty-key', side: 'local' }))
  expect(() => new PacketWriter().add('', 'x')).toThrow(expect.objectContaining({ code: 'empty-key' }))
  expect(() => encodePacket([['A', '\u010a']])).toThrow(expect.objectContaining({ code: 'bad-character' }))
  expect(() => encodePacket([['\u0141', 'a']])).toThrow(expect.objectContaining({ code: 'bad-character' }))
})

test('finished packets do not share memory that changes', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ maxLength: 30 }).map((text) => text.replace(/[^ -~]/g, '?')),
        { maxLength: 20 },
      ),
      (values) => {
        const writer = new PacketWriter()
        const packets = values.map((value) => {
          writer.add('V', value)
          return writer.finish()
        })
        expect(packets).toEqual(values.map((value) => encodePacket([['V', value]])))
      },
    ),
  )
})
