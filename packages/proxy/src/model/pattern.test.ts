import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compilePattern } from './pattern.ts'

test.each([
  [String.raw`^(?P<name>\w+)$`, 'abc', 'abc'],
  ['(?i)^ABC$', 'abc', 'abc'],
  [String.raw`\Aab\z`, 'ab', 'ab'],
  ['a++b', 'aaab', 'aaab'],
  [String.raw`\Qa.b\E+`, 'a.bb', 'a.bb'],
  [String.raw`x\p{N}+`, 'x12', 'x12'],
  [String.raw`[[:alpha:]]+[^[:digit:]x]`, '1ab-', 'ab-'],
  ['[a*+]+', 'x+a*', '+a*'],
  ['[]a]+', 'x]a', ']a'],
  [String.raw`[\h\d.-]+`, 'x 1.-', ' 1.-'],
  [String.raw`\\A`, String.raw`x\A`, String.raw`\A`],
  ['a.c', 'a\rc', 'a\rc'],
  [String.raw`a\sc`, 'a\x0bc', 'a\x0bc'],
  ['(?s)a.c', 'a\nc', 'a\nc'],
  ['a(?i)b(?-i)c', 'aBc', 'aBc'],
  ['a(?i:b)c', 'aBc', 'aBc'],
  ["(?'x'a)\\k{x}", 'aa', 'aa'],
  [String.raw`(a)\g{1}0`, 'aa0', 'aa0'],
  [String.raw`\x41\x{42}\103`, 'ABC', 'ABC'],
  [String.raw`a{,2}`, 'a{,2}', 'a{,2}'],
  [String.raw`/\d{2,3}?`, '/123', '/12'],
  ['a(?#what it is)b', 'ab', 'ab'],
  [String.raw`\e\a\x`, '\x1b\x07\0', '\x1b\x07\0'],
  [String.raw`a\Rb`, 'a\r\nb', 'a\r\nb'],
  ['\xc3\xa9+', '\xc3\xa9\xa9', '\xc3\xa9\xa9'],
])('%s matches %j', (source, subject, match) => {
  expect(compilePattern(source, false).regex.exec(subject)?.[0]).toBe(match)
})

test.each([
  ['a.c', 'a\nc'],
  [String.raw`a\sc`, 'a\xa0c'],
  ['a(?i:b)c', 'aBC'],
  ['[^a]', 'a'],
])('%s does not match %j', (source, subject) => {
  expect(compilePattern(source, false).regex.test(subject)).toBe(false)
})

test.each([
  ['^/ABC[d-f]', '/abcE', true],
  ['[^a]', 'A', false],
  [String.raw`(a)\1`, 'aA', true],
  ['\xe3', '\xc3', false],
  ['[Z-a]', 'z', true],
])('without case, %s and %j: %s', (source, subject, matches) => {
  expect(compilePattern(source, true).regex.test(subject)).toBe(matches)
})

test('names of groups are known', () => {
  expect(compilePattern(String.raw`(?<a>.)(?P<b>.)(?<=x)\(?<c>[(?<d>]`, false).names).toEqual(['a', 'b'])
})

test.each([
  '(',
  ')',
  '[a',
  '[z-a]',
  '[[:nothing:]]',
  String.raw`\K`,
  String.raw`\X`,
  String.raw`[\R]`,
  '(?>a)',
  '(?R)',
  '(?x)a',
  '(?|a)',
  '(*UTF8)a',
  'a(?m)b',
  '*',
  String.raw`\x{100}`,
  String.raw`\p{Nothing}`,
])('%s is a SyntaxError', (source) => {
  expect(() => compilePattern(source, false)).toThrow(SyntaxError)
})

test('texts that are no patterns are SyntaxErrors or match what JavaScript matches', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '/',
    '.',
    '*',
    '+',
    '?',
    '(',
    ')',
    '[',
    ']',
    '^',
    '$',
    '|',
    '-',
    '{2}',
    String.raw`\d`,
    String.raw`\.`,
  )
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '/', '1', '.', '+') }),
      (pieces, subject) => {
        const source = pieces.join('')
        let regex: RegExp
        try {
          ;({ regex } = compilePattern(source, false))
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
          return
        }
        // What both write alike; classes and possessive quantifiers are written in two ways.
        if (/[[\]]|[*+?}]\+/.test(source)) return
        expect(regex.exec(subject)?.slice()).toEqual(new RegExp(source).exec(subject)?.slice())
      },
    ),
  )
})
