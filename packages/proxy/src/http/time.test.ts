import { expect, test } from 'vitest'
import { httpTime } from './time.ts'

test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
  '%s',
  (text) => {
    expect(httpTime(text)).toBe(784_111_777)
  },
)

test.each(['', 'yesterday', 'Sun, 31 Feb 2020 00:00:00 GMT', 'Sun, 06 Foo 1994 08:49:37 GMT'])(
  '%j is no date',
  (text) => {
    expect(httpTime(text)).toBe(-1)
  },
)
