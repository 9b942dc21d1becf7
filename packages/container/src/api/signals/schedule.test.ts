import { afterEach, expect, test, vi } from 'vitest'
import { Schedules } from './schedule.ts'

afterEach(() => vi.useRealTimers())

test('cron rules are looked at once a minute, from when their epoch serves to when it does not', () => {
  vi.useFakeTimers({ now: new Date(2026, 0, 5, 10, 58, 30) })
  const raised: string[] = []
  const schedules = new Schedules(
    (signal) => void raised.push(`${signal} at ${new Date().toTimeString().slice(0, 5)}`),
    (text) => void raised.push(text),
  )
  const any = { minute: -1, hour: -1, day: -1, month: -1, week: -1 }
  schedules.add({ kind: 'cron', signal: 1, rule: any })
  schedules.add({ kind: 'cron', signal: 1, rule: any }) // every worker of an epoch says it
  schedules.add({ kind: 'cron', signal: 2, rule: { ...any, minute: 0, hour: 11 } })
  vi.advanceTimersByTime(60_000)
  expect(raised).toEqual([])
  schedules.start()
  schedules.add({ kind: 'cron', signal: 3, rule: { ...any, minute: -2, week: 1 } })
  vi.advanceTimersByTime(180_000)
  expect(raised.toSorted()).toEqual([
    '1 at 11:00',
    '1 at 11:01',
    '1 at 11:02',
    '2 at 11:00',
    '3 at 11:00',
    '3 at 11:02',
  ])
  schedules.stop()
  vi.advanceTimersByTime(180_000)
  expect(raised).toHaveLength(6)
})
