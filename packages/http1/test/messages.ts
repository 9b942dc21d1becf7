/** Arbitrary messages that look like HTTP/1.1: valid pieces and the pieces that attacks are made of. */
import fc from 'fast-check'

const methods = ['GET', 'POST', 'HEAD', 'OPTIONS', 'get', 'G(T', '']
const targets = ['/', '/a?b', '*', 'http://a/b', 'a', '/a b', '/\x00', '/\x80']
const versions = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2', 'http/1.1', '']
const lineEnds = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', '\r\n ', '\r\n\t']
const fields = [
  'Content-Length: 5',
  'Content-Length: 0',
  'Content-Length: +5',
  'Content-Length: 0x5',
  'Content-Length:',
  'Content-Length: 5, 5',
  'Content-Length: 99999999999999999999',
  'Content-Length : 5',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: identity',
  'Connection: close',
  'Connection: keep-alive',
  'X: y',
  'X: a\x00b',
  'X: \x80\xff',
  'X_Y: z',
  'X Y: z',
  ': z',
  'no colon',
  ' folded',
]
const bodies = [
  '',
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  '5;a=b\r\nhello\r\n0\r\nT: x\r\n\r\n',
  '5\nhello\n0\n\n',
  '0x5\r\nhello\r\n0\r\n\r\n',
  '4\r\nhello\r\n0\r\n\r\n',
  '5 \r\nhello\r\n0\r\n\r\n',
]

/** Mostly valid: each part is a good one four times in five. */
function mostly(good: readonly string[], any: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...any) })
}

export const request: fc.Arbitrary<string> = fc
  .tuple(
    mostly(['GET', 'POST'], methods),
    mostly(['/'], targets),
    mostly(['HTTP/1.1'], versions),
    fc.array(
      fc.tuple(
        mostly(['Content-Length: 5', 'Transfer-Encoding: chunked', 'X: y'], fields),
        fc.constantFrom(...lineEnds),
      ),
      { maxLength: 3 },
    ),
    fc.constantFrom(...lineEnds),
    fc.constantFrom(...bodies),
  )
  .map(([method, target, version, lines, end, body]) => {
    const rest = lines.map(([field, lineEnd]) => field + lineEnd).join('')
    return `${method} ${target} ${version}\r\nHost: a\r\n${rest}${end}${body}`
  })

export const response: fc.Arbitrary<string> = fc
  .tuple(
    mostly(['HTTP/1.1'], versions),
    mostly(['200 OK', '204 No', '100 Continue', '304 X'], ['20 OK', '2000', '200', '200 \x00', '']),
    fc.array(
      fc.tuple(
        mostly(['Content-Length: 5', 'Transfer-Encoding: chunked', 'X: y'], fields),
        fc.constantFrom(...lineEnds),
      ),
      { maxLength: 3 },
    ),
    fc.constantFrom(...lineEnds),
    fc.constantFrom(...bodies),
  )
  .map(([version, status, lines, end, body]) => {
    const rest = lines.map(([field, lineEnd]) => field + lineEnd).join('')
    return `${version} ${status}\r\n${rest}${end}${body}`
  })

/** Where to cut bytes, as fractions. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 })

export function cutUp(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b), bytes.length]
  let from = 0
  return ends.map((end) => {
    const piece = bytes.subarray(from, end)
    from = end
    return piece
  })
}
