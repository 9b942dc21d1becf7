import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTemplate, type Part } from './template.ts'

const print = (parts: readonly Part[]): string =>
  parts.map((part) => (typeof part === 'string' ? part : `${part.sign}(${print(part.name)})`)).join('')

test.each<[string, Part[]]>([
  ['plain', ['plain']],
  ['', []],
  ['a%(b)c', ['a', { sign: '%', name: ['b'] }, 'c']],
  ['@($(HOME)/x)', [{ sign: '@', name: [{ sign: '$', name: ['HOME'] }, '/x'] }]],
  ['%(a(b)c)', [{ sign: '%', name: ['a(b)c'] }]],
  ['(%(a))', ['(', { sign: '%', name: ['a'] }, ')']],
  ['%(a $(b)', ['%(a ', { sign: '$', name: ['b'] }]],
  ['%() $ ( %', ['%() $ ( %']],
])('%s', (text, parts) => {
  expect(parseTemplate(text)).toEqual(parts)
})

const letters = fc.constantFrom('$', '@', '%', '(', ')', ' ', 'a', 'é')

test('any text is read, and printed again it is the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 60 }), (text) => {
      expect(print(parseTemplate(text))).toBe(text)
    }),
  )
})

test('references nested without end are text from some depth on', () => {
  const text = `${'%('.repeat(100_000)}a${')'.repeat(100_000)}`
  expect(print(parseTemplate(text))).toBe(text)
})
