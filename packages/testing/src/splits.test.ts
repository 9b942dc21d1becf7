import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byteByByte, bytes, everySplit, splitAt } from './splits.ts'

test('every split joins to the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (input) => {
      const splits = [...everySplit(input)]
      expect(splits.length).toBe(input.length + 1)
      for (const pieces of splits) expect(Buffer.concat(pieces).equals(input)).toBe(true)
    }),
  )
})

test('cuts where it is told, in any order, without empty pieces', () => {
  const pieces = splitAt(bytes('abcdef'), 4, 2, 2, 0).map((piece) => Buffer.from(piece).toString())
  expect(pieces).toEqual(['ab', 'cd', 'ef'])
  expect(byteByByte(bytes('é'))).toEqual([Uint8Array.of(0xe9)])
})
