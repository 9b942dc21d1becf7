import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRanges } from './ranges.ts'

test.each([
  ['bytes=0-4', [{ start: 0, end: 5 }]],
  ['bytes=5-', [{ start: 5, end: 10 }]],
  ['bytes=-3', [{ start: 7, end: 10 }]],
  ['bytes=-30', [{ start: 0, end: 10 }]],
  [
    'bytes=0-1, 4-5',
    [
      { start: 0, end: 2 },
      { start: 4, end: 6 },
    ],
  ],
  ['bytes=8-100', [{ start: 8, end: 10 }]],
])('%s of ten bytes', (field, ranges) => {
  expect(parseRanges(field, 10, 100)).toEqual(ranges)
})

test.each([
  ['bytes=10-', 'unsatisfiable'],
  ['bytes=3-1', 'unsatisfiable'],
  ['bytes=x', 'unsatisfiable'],
  ['bytes=-', 'unsatisfiable'],
  ['bytes=0-9,0-9', 'ignore'],
  ['lines=0-1', 'ignore'],
])('%s of ten bytes is %s', (field, outcome) => {
  expect(parseRanges(field, 10, 100)).toBe(outcome)
})

test('more ranges than allowed are ignored', () => {
  expect(parseRanges('bytes=0-1,2-3', 10, 1)).toBe('ignore')
})

test('ranges lie within the body', () => {
  const field = fc.stringMatching(/^bytes=[0-9,\- ]{0,20}$/)
  fc.assert(
    fc.property(field, fc.nat(50), (text, size) => {
      const ranges = parseRanges(text, size, 10)
      if (typeof ranges === 'string') return
      for (const { start, end } of ranges) expect(start >= 0 && start < end && end <= size).toBe(true)
    }),
  )
})
