import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Replacer, type Pattern } from './replacer.ts'

const patternsOf = (texts: readonly string[]): Pattern[] =>
  texts.map((text, index) => ({ text, replacement: () => `<${index}>` }))

/** All at once, by the definition: at each place the first text that fits. */
function expected(texts: readonly string[], once: boolean, body: string): string {
  let result = ''
  const spent = new Set<number>()
  for (let at = 0; at < body.length;) {
    const index = texts.findIndex(
      (text, candidate) => !spent.has(candidate) && body.slice(at, at + text.length).toLowerCase() === text,
    )
    result += index === -1 ? (body[at] ?? '') : `<${index}>`
    at += index === -1 ? 1 : (texts[index] ?? '').length
    if (once && index !== -1) spent.add(index)
  }
  return result
}

const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 4,
})
const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', 'B'), maxLength: 40 })

test('texts are replaced, however the body is split', () => {
  fc.assert(
    fc.property(words, fc.boolean(), fc.array(letters, { maxLength: 5 }), (texts, once, pieces) => {
      const replacer = new Replacer(patternsOf(texts), once)
      const result = pieces.map((piece) => replacer.push(piece)).join('') + replacer.end()
      expect(result).toBe(expected(texts, once, pieces.join('')))
    }),
    { numRuns: 500 },
  )
})

test('nothing waits but what may be the beginning of a match', () => {
  const replacer = new Replacer(patternsOf(['<body>']), true)
  expect(replacer.push('text <bod')).toBe('text ')
  expect(replacer.push('ily>')).toBe('<bodily>')
  expect(replacer.push('<BODY> and <body> on')).toBe('<0> and <body> on')
})
