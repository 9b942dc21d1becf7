import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Scanner, type Piece } from './scanner.ts'

function scan(pieces: readonly string[], longest = 256): Piece[] {
  const scanner = new Scanner(longest)
  const found: Piece[] = []
  const take = (isLast: boolean): void => {
    for (let piece = scanner.next(isLast); piece !== undefined; piece = scanner.next(isLast)) found.push(piece)
  }
  for (const text of pieces) {
    scanner.push(text)
    take(false)
  }
  take(true)
  return found
}

/** Neighbouring texts as one: how text is cut means nothing. */
function joined(pieces: readonly Piece[]): unknown[] {
  const result: unknown[] = []
  for (const piece of pieces) {
    const last = result.at(-1)
    if (piece.kind === 'text' && typeof last === 'string') result[result.length - 1] = last + piece.text
    else result.push(piece.kind === 'text' ? piece.text : piece.kind === 'error' ? piece : piece.command)
  }
  return result
}

test.each([
  ['a<!--#echo var="x" -->b', ['a', { name: 'echo', parameters: [['var', 'x']] }, 'b']],
  [
    '<!--# set var = "a" value=\'b"c\' -->',
    [
      {
        name: 'set',
        parameters: [
          ['var', 'a'],
          ['value', 'b"c'],
        ],
      },
    ],
  ],
  [
    '<!--#else--><!--#endif -->',
    [
      { name: 'else', parameters: [] },
      { name: 'endif', parameters: [] },
    ],
  ],
  [String.raw`<!--#if expr="\"$a\"" -->`, [{ name: 'if', parameters: [['expr', String.raw`\"$a\"`]] }]],
  ['<!-- plain --><<!-<!--', ['<!-- plain --><<!-<!--']],
  ['<!--#a b="c"d -->x', [{ kind: 'error', message: 'unexpected "d" symbol in "a" SSI command' }, 'x']],
  ['<!--#a b -->x', [{ kind: 'error', message: 'unexpected "-" symbol after "b" parameter in "a" SSI command' }, 'x']],
  [
    '<!--#a b=c -->x',
    [{ kind: 'error', message: 'unexpected "c" symbol before value of "b" parameter in "a" SSI command' }, 'x'],
  ],
  ['<!--#abcdefghijklmnopq -->', [{ kind: 'error', message: 'the "abcdefghijklmnopq..." SSI command is too long' }]],
  ['x<!--#echo var="never', ['x']],
])('%j', (text, expected) => {
  expect(joined(scan([text]))).toEqual(expected)
})

test('a long value is an error, not memory without end', () => {
  expect(scan([`<!--#a b="${'x'.repeat(300)}" -->`], 256)).toMatchObject([{ kind: 'error' }])
  const scanner = new Scanner(256)
  scanner.push(`<!--#a ${' '.repeat(100_000)}`)
  expect(scanner.next(false)).toEqual({ kind: 'error', message: 'too long SSI command' })
})

test('the symbol that is no end is named wherever the text is cut', () => {
  expect(joined(scan(['<!--#-->', '<!--#']))).toEqual(joined(scan(['<!--#--><!--#'])))
})

test('how a text is cut changes nothing', () => {
  const word = fc.constantFrom(
    '<!--#',
    '-->',
    'echo',
    ' ',
    'var',
    '=',
    '"',
    "'",
    '\\',
    '<',
    '!',
    '-',
    '#',
    'text',
    '\n',
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), fc.array(fc.nat(60), { maxLength: 6 }), (words, cuts) => {
      const text = words.join('')
      const places = [0, ...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length]
      const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
      expect(joined(scan(pieces))).toEqual(joined(scan([text])))
    }),
    { numRuns: 500 },
  )
})
