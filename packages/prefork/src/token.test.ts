import { expect, test } from 'vitest'
import { newToken } from './token.ts'

test('tokens are 128 bits in hexadecimal, no two alike', () => {
  const tokens = Array.from({ length: 100 }, newToken)
  expect(new Set(tokens).size).toBe(100)
  for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{32}$/)
})
