import { expect, test } from 'vitest'
import { queryArgument } from './variables.ts'

test.each([
  ['a=1&b=2', 'a', '1'],
  ['a=1&b=2', 'b', '2'],
  ['ab=1&b=2', 'b', '2'],
  ['A=1', 'a', '1'],
  ['a=', 'a', ''],
  ['a', 'a', undefined],
  ['', 'a', undefined],
  ['x=a=1', 'a', undefined],
])('%j has %s = %j', (args, name, value) => {
  expect(queryArgument(args, name)).toBe(value)
})
