import { expect, test } from 'vitest'
import { compilePattern } from './pattern.ts'

test.each([
  [String.raw`^(?P<name>\w+)$`, 'abc', 'abc'],
  ['(?i)^ABC$', 'abc', 'abc'],
  [String.raw`\Aab\z`, 'ab', 'ab'],
  ['a++b', 'aaab', 'aaab'],
  [String.raw`\Qa.b\E+`, 'a.bb', 'a.bb'],
  [String.raw`x\p{N}+`, 'x12', 'x12'],
])('%s matches %s', (source, subject, match) => {
  expect(compilePattern(source, false).regex.exec(subject)?.[0]).toBe(match)
})

test('names of groups are known', () => {
  expect(compilePattern('(?<a>.)(?P<b>.)', false).names).toEqual(['a', 'b'])
})

test('a broken pattern is a SyntaxError', () => {
  expect(() => compilePattern('(', false)).toThrow(SyntaxError)
})
