import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Pacer } from './pacer.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function paced(rate: number, after?: number) {
  const sent: number[] = []
  let idle = 0
  const owner = { onPaced: (chunk: Buffer | string) => void sent.push(chunk.length), onPacerIdle: () => void idle++ }
  const pacer = new Pacer(owner, rate, after)
  return { pacer, sent, idle: () => idle }
}

test("a second's worth goes at once, the rest second by second", () => {
  const { pacer, sent, idle } = paced(1000)
  pacer.push(Buffer.alloc(2500))
  expect([sent, pacer.isHolding]).toEqual([[1000], true])
  vi.advanceTimersByTime(1010)
  expect(sent).toEqual([1000, 1000])
  expect(idle()).toBe(0)
  vi.advanceTimersByTime(1010)
  expect(sent).toEqual([1000, 1000, 500])
  expect([pacer.isHolding, idle()]).toEqual([false, 1])
})

test('what is free of the limit goes before', () => {
  const { pacer, sent } = paced(1000, 300)
  pacer.push('x'.repeat(1400))
  expect(sent).toEqual([1300])
  pacer.stop()
  vi.advanceTimersByTime(5000)
  expect([sent, pacer.isHolding]).toEqual([[1300], false])
})

test('small pieces keep their order and go when time allows', () => {
  const { pacer, sent } = paced(100)
  for (const size of [60, 60, 60]) pacer.push(Buffer.alloc(size))
  expect(sent).toEqual([60, 40])
  vi.advanceTimersByTime(1100)
  expect(sent.reduce((sum, size) => sum + size)).toBe(180)
})
