import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AddressRanges } from './address-ranges.ts'

const size = 40

test('a range cut out of another one leaves both ends', () => {
  const ranges = new AddressRanges()
  expect(ranges.add(10, 30, 'outer')).toBe('added')
  expect(ranges.add(15, 20, 'inner')).toBe('added')
  expect(ranges.add(15, 20, 'again')).toBe('duplicate')
  expect(ranges.add(5, 12, 'edge')).toBe('overlaps')
  expect([9, 10, 14, 15, 20, 21, 30, 31].map((address) => ranges.find(address))).toEqual([
    undefined,
    'outer',
    'outer',
    'again',
    'again',
    'outer',
    'outer',
    undefined,
  ])
  expect(ranges.delete(15, 20)).toBe(true)
  expect(ranges.delete(15, 20)).toBe(false)
  expect(ranges.find(17)).toBeUndefined()
})

test('every address has the value that was last given to it', () => {
  const bound = fc.integer({ min: 0, max: size - 1 })
  fc.assert(
    fc.property(fc.array(fc.tuple(bound, bound)), (list) => {
      const ranges = new AddressRanges()
      const expected: (string | undefined)[] = Array.from({ length: size })
      for (const [index, [a, b]] of list.entries()) {
        const [start, end] = [Math.min(a, b), Math.max(a, b)]
        if (ranges.add(start, end, String(index)) !== 'overlaps') expected.fill(String(index), start, end + 1)
      }
      expect(expected.map((_, address) => ranges.find(address))).toEqual(expected)
    }),
  )
})
