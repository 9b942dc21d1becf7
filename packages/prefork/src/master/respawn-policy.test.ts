import { expect, test } from 'vitest'
import { backoffPolicy } from './respawn-policy.ts'

const limits = { respawnDelay: 100, respawnDelayMax: 1000, respawnReset: 5000, respawnLimit: Number.POSITIVE_INFINITY }

test('after a long life a worker is replaced at once', () => {
  expect(backoffPolicy(limits).decide(0, 5000)).toBe(0)
})

test('quick deaths are throttled, more each time, up to the ceiling, slot by slot', () => {
  const policy = backoffPolicy(limits)
  const delays = Array.from({ length: 6 }, () => policy.decide(0, 10))
  expect(delays).toEqual([100, 200, 400, 800, 1000, 1000])
  expect(policy.decide(1, 10)).toBe(100)
})

test('a long life or a reload clears the record', () => {
  const policy = backoffPolicy(limits)
  policy.decide(0, 0)
  policy.decide(0, 6000)
  expect(policy.decide(0, 0)).toBe(100)
  policy.reset()
  expect(policy.decide(0, 0)).toBe(100)
})

test('gives up after the limit', () => {
  const policy = backoffPolicy({ ...limits, respawnLimit: 2 })
  expect([policy.decide(0, 0), policy.decide(0, 0), policy.decide(0, 0)]).toEqual([100, 200, 'give-up'])
})
