import { expect, test } from 'vitest'
import { ServiceTime } from './service-time.ts'

test('the depth is a millisecond of work: at once less after a slow call, slowly more after fast ones', () => {
  const time = new ServiceTime()
  expect(time.depth(8)).toBe(1)
  time.add(0.05)
  expect([time.depth(8), time.depth(30)]).toEqual([8, 20])
  time.add(100)
  expect(time.depth(8)).toBe(1)
  time.add(0.05)
  expect(time.depth(8)).toBe(1)
  for (let i = 0; i < 100; i++) time.add(0.05)
  expect(time.depth(8)).toBe(8)
})
