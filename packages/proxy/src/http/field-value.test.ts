import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldValue, logText, requestLinePart, uriValue } from './field-value.ts'

test('nothing that variables hold ends a line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
      for (const written of [fieldValue(text), uriValue(text), requestLinePart(text), logText(text)])
        expect(written).not.toMatch(/[\0\r\n]/) // eslint-disable-line no-control-regex -- what is looked for
    }),
  )
})

test('what ends no line stays as it is', () => {
  expect(fieldValue('a b\tc')).toBe('a b\tc')
  expect(uriValue('http://a/b c')).toBe('http://a/b c')
  expect(requestLinePart('/a%20b?c=\xff')).toBe('/a%20b?c=\xff')
  expect(requestLinePart('/a b')).toBe('/a%20b')
})
