import { expect, test } from 'vitest'
import { OpenRequests } from './open-requests.ts'

test('the other side sees what is in flight, as it was begun', () => {
  const loop = new OpenRequests()
  const watchdog = new OpenRequests(loop.memory)
  expect(watchdog.list()).toEqual([])
  const first = loop.begin(1000.5, 21, 'GET /one')
  const second = loop.begin(2000, -1, `GET /${'x'.repeat(500)}`)
  expect(watchdog.list()).toMatchObject([
    { row: first, started: 1000.5, fd: 21, answered: false, request: 'GET /one' },
    { row: second, started: 2000, fd: -1, request: `GET /${'x'.repeat(121)}` },
  ])
  loop.end(first)
  expect(watchdog.list().map(({ row }) => row)).toEqual([second])
})

test('a request is answered by one side only', () => {
  const loop = new OpenRequests()
  const watchdog = new OpenRequests(loop.memory)
  const [loops, watchdogs] = [loop.begin(1, 1, 'a'), loop.begin(1, 2, 'b')]
  expect([loop.answering(loops), watchdog.take(loops), loop.isTaken(loops)]).toEqual([true, false, false])
  expect([watchdog.take(watchdogs), loop.answering(watchdogs), loop.isTaken(watchdogs)]).toEqual([true, false, true])
  expect(watchdog.list().map(({ answered }) => answered)).toEqual([true, true])
  loop.end(loops)
  expect(watchdog.take(loops)).toBe(false)
})

test('beyond the rows there are, requests are not watched, and nothing breaks', () => {
  const loop = new OpenRequests()
  const rows = Array.from({ length: 1030 }, (_, index) => loop.begin(index, 1, 'x'))
  expect(rows.filter((row) => row === -1)).toHaveLength(6)
  expect([loop.answering(-1), loop.isTaken(-1)]).toEqual([true, false])
  for (const row of rows) loop.end(row)
  expect(loop.list()).toEqual([])
  expect(new Set(Array.from({ length: 1024 }, () => loop.begin(1, 1, 'x'))).size).toBe(1024)
})
