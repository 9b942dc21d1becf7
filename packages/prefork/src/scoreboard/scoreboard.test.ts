import { writeFileSync } from 'node:fs'
import { temporaryFolder } from '@trivet/testing'
import { array, assert, double, integer, oneof, property, string, uint8Array } from 'fast-check'
import { expect, test, vi } from 'vitest'
import { parsePs, readMemory } from './memory.ts'
import { readRecord } from './record.ts'
import { Scoreboard } from './scoreboard.ts'
import { ScoreboardWriter } from './writer.ts'

test('what a worker publishes is what its master reads, each in its place', async () => {
  await using folder = await temporaryFolder()
  const board = new Scoreboard(folder.join('scoreboard'))
  const places = [board.allocate(1), board.allocate(3)]
  const [first, second] = places.map((place) => new ScoreboardWriter({ path: board.path, ...place }))
  first?.set({ requests: 7, bytesSent: 2 ** 53 - 1 })
  first?.busy(0, 1_700_000_000_000.5, 0, 'GET /a')
  first?.state('ready')
  second?.busy(2, 5, 9, `GET /${'x'.repeat(500)}`)
  second?.idle(1, 4)
  second?.publish()
  const [one, two] = board.read(places)
  expect(one).toMatchObject({ pid: process.pid, state: 'ready', requests: 7, bytesSent: 2 ** 53 - 1 })
  expect(one?.cores).toEqual([{ started: 1_700_000_000_000, requests: 0, deadline: 0, request: 'GET /a' }])
  expect(two?.state).toBe('starting')
  expect(two?.cores[1]).toEqual({ started: 0, requests: 4, deadline: 0, request: '' })
  expect(two?.cores[2]).toMatchObject({ started: 5, deadline: 9, request: `GET /${'x'.repeat(217)}` })
  board.close()
  expect(await folder.list()).toEqual([])
})

test('a place is given again when its worker is gone, and zeroed', async () => {
  await using folder = await temporaryFolder()
  const board = new Scoreboard(folder.join('scoreboard'))
  const places = [board.allocate(1), board.allocate(1), board.allocate(2)] as const
  expect(new Set(places.map(({ offset }) => offset)).size).toBe(3)
  new ScoreboardWriter({ path: board.path, ...places[1] }).state('ready')
  board.release(places[1])
  const again = board.allocate(1)
  expect(again).toEqual(places[1])
  expect(board.read([again])[0]).toMatchObject({ pid: 0, state: 'none' })
  board.close()
})

test('nonsense counts as nothing, whatever it is', () => {
  assert(
    property(uint8Array({ maxLength: 900 }), integer({ min: 0, max: 600 }), (bytes, offset) => {
      const { cores, state, ...numbers } = readRecord(bytes, offset, 2)
      expect(cores).toHaveLength(2)
      expect(['none', 'starting', 'ready', 'draining']).toContain(state)
      for (const value of [...Object.values(numbers), ...cores.flatMap((core) => [core.started, core.deadline])])
        expect(Number.isSafeInteger(value) && value >= 0).toBe(true)
      for (const { request } of cores) expect(request).toMatch(/^[\x20-\x7e\xa0-\xff]{0,222}$/)
    }),
  )
})

test('no number and no text that a worker sets makes its record unreadable', async () => {
  await using folder = await temporaryFolder()
  const board = new Scoreboard(folder.join('scoreboard'))
  const place = board.allocate(1)
  const writer = new ScoreboardWriter({ path: board.path, ...place })
  assert(
    property(oneof(double(), integer()), string({ unit: 'binary' }), array(double()), (number, text, more) => {
      writer.set({ requests: number, inFlight: more[0] ?? 0 })
      writer.busy(0, number, number, text)
      writer.publish()
      const [record] = board.read([place])
      expect(record?.pid).toBe(process.pid)
      expect(record?.cores[0]?.request.length).toBe(Math.min(text.length, 222))
    }),
  )
  board.close()
})

test('a file that somebody cut off reads as nothing', async () => {
  await using folder = await temporaryFolder()
  const board = new Scoreboard(folder.join('scoreboard'))
  const place = board.allocate(2)
  writeFileSync(board.path, 'x')
  expect(board.read([place])[0]).toMatchObject({ pid: 0, state: 'none', cores: [{ started: 0 }, { request: '' }] })
  board.close()
})

test('a scoreboard that cannot be written is said once', () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  const writer = new ScoreboardWriter({ path: '/no/such/folder/scoreboard', offset: 0, cores: 1 })
  writer.publish()
  expect(said.mock.calls).toEqual([[expect.stringMatching(/scoreboard cannot be written.*ENOENT/)]])
  said.mockRestore()
})

test('memory of processes that run, and none of those that do not', async () => {
  const memory = await readMemory([process.pid, 2 ** 22 + 1])
  expect([...memory.keys()]).toEqual([process.pid])
  expect(memory.get(process.pid)?.rss).toBeGreaterThan(1_000_000)
  expect(memory.get(process.pid)?.vsz).toBeGreaterThan(memory.get(process.pid)?.rss ?? 0)
  expect(parsePs('  123  456   789\n  bad\n')).toEqual(new Map([[123, { rss: 456 * 1024, vsz: 789 * 1024 }]]))
})
