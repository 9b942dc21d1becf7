import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineBuffer } from './line-buffer.ts'

test('lines do not depend on the chunks, and the rest is kept', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.constantFrom('a', 'b', '\n')).map((parts) => parts.join(''))), (chunks) => {
      const buffer = new LineBuffer()
      const lines = chunks.flatMap((chunk) => buffer.push(chunk))
      expect(buffer.pending).toBe(chunks.join('').split('\n').at(-1)?.length)
      expect([...lines, buffer.take()]).toEqual(chunks.join('').split('\n'))
      expect(buffer.pending).toBe(0)
    }),
  )
})

test('a CR before the newline is no part of the line, even in another chunk', () => {
  const buffer = new LineBuffer()
  expect([...buffer.push('one\r'), ...buffer.push('\ntwo\r\n')]).toEqual(['one', 'two'])
})
