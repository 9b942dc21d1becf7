import { expect, test } from 'vitest'
import { acceptsCoding } from './negotiation.ts'

test.each([
  ['gzip', true],
  ['deflate, gzip;q=0.5', true],
  ['*', true],
  ['br, *;q=0.1', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000, *', false],
  ['*;q=0', false],
  ['identity', false],
  ['', false],
])('%j', (field, accepts) => {
  expect(acceptsCoding(field, 'gzip')).toBe(accepts)
})
