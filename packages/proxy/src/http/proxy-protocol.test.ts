import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProxyHeaderError, readProxyHeader, tlsVerify } from './proxy-protocol.ts'

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')

function binary(family: number, rest: Buffer, command = 0x21): Buffer {
  const head = Buffer.concat([latin('\r\n\r\n\0\r\nQUIT\n'), Buffer.from([command, family, 0, 0])])
  head.writeUInt16BE(rest.length, 14)
  return Buffer.concat([head, rest])
}

const four = Buffer.from([192, 0, 2, 1, 192, 0, 2, 2, 0x30, 0x39, 0, 80])
const value = (type: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([type, content.length >> 8, content.length & 255]), content])

test('a line of version 1', () => {
  const line = 'PROXY TCP4 192.0.2.1 192.0.2.2 12345 80\r\n'
  expect(readProxyHeader(latin(`${line}GET /`))).toMatchObject({
    length: line.length,
    addresses: { clientAddress: '192.0.2.1', serverAddress: '192.0.2.2', clientPort: 12345, serverPort: 80 },
  })
  expect(readProxyHeader(latin('PROXY TCP6 2001:db8::1 ::1 1 2\r\n'))?.addresses?.clientAddress).toBe('2001:db8::1')
  expect(readProxyHeader(latin('PROXY UNKNOWN whatever it says\r\nGET'))).toMatchObject({
    length: 32,
    addresses: undefined,
  })
})

test('version 2, with what it carries besides', () => {
  const tls = value(0x20, Buffer.concat([Buffer.from([1, 0, 0, 0, 7]), value(0x21, latin('TLSv1.3'))]))
  const read = readProxyHeader(
    Buffer.concat([binary(0x11, Buffer.concat([four, value(0x02, latin('host')), tls])), four]),
  )
  expect(read?.addresses).toEqual({
    clientAddress: '192.0.2.1',
    serverAddress: '192.0.2.2',
    clientPort: 12345,
    serverPort: 80,
  })
  expect([2, 0x21, tlsVerify].map((type) => read?.extras.get(type))).toEqual(['host', 'TLSv1.3', '7'])
  const six = Buffer.alloc(36)
  six.set([0x20, 1, 0xd, 0xb8], 0)
  six[15] = 1
  expect(readProxyHeader(binary(0x21, six))?.addresses).toMatchObject({
    clientAddress: '2001:db8::1',
    serverAddress: '::',
  })
  expect(readProxyHeader(binary(0x11, four, 0x20))?.addresses).toBeUndefined()
  expect(readProxyHeader(binary(0x31, Buffer.alloc(216)))?.addresses).toBeUndefined()
})

test.each([
  ['another protocol', latin('GET / HTTP/1.1\r\n')],
  ['no addresses', latin('PROXY TCP4\r\n')],
  ['addresses of another family', latin('PROXY TCP4 ::1 ::1 1 2\r\n')],
  ['a port too large', latin('PROXY TCP4 1.1.1.1 2.2.2.2 1 65536\r\n')],
  ['something more', latin('PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3\r\n')],
  ['an endless line', latin(`PROXY UNKNOWN ${'x'.repeat(200)}`)],
  ['another version', binary(0x11, four, 0x31)],
  ['cut addresses', binary(0x11, four.subarray(1))],
  ['a cut value', binary(0x11, Buffer.concat([four, Buffer.from([2, 0, 9, 1])]))],
  ['too long a header', binary(0x11, Buffer.alloc(5000))],
])('%s is refused', (_name, bytes) => {
  expect(() => readProxyHeader(bytes)).toThrow(ProxyHeaderError)
})

test('arbitrary bytes give a header, a wish for more, or its own error; cut anywhere it is the same', () => {
  const header = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => binary(0x11, Buffer.from(bytes))),
    fc.stringMatching(/^[ A-Z0-9.:]{0,60}$/).map((text) => latin(`PROXY ${text}\r\n`)),
  )
  const outcome = (bytes: Buffer): unknown => {
    try {
      return readProxyHeader(bytes)
    } catch (error) {
      if (error instanceof ProxyHeaderError) return 'refused'
      throw error
    }
  }
  fc.assert(
    fc.property(header, (bytes) => {
      const whole = outcome(bytes)
      for (let cut = 0; cut < bytes.length; cut += 1) {
        const part = outcome(bytes.subarray(0, cut))
        if (part !== undefined) expect(part).toEqual(whole)
      }
    }),
    { numRuns: 500 },
  )
})
