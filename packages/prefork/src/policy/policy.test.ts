import { expect, test } from 'vitest'
import { readRecord, type WorkerRecord } from '../scoreboard/record.ts'
import { LifePolicy, rules } from './policy.ts'
import type { PolicyAction, PolicyInput, PolicyWorker } from './rule.ts'
import type { CheaperSettings, PolicySettings } from './settings.ts'

const blank = readRecord(new Uint8Array(), 0, 1)
const start = 1_700_000_000_000

function worker(
  slot: number,
  more: Partial<Omit<PolicyWorker, 'record'>> = {},
  record: Partial<WorkerRecord> = {},
): PolicyWorker {
  const heartbeat = Number.MAX_SAFE_INTEGER
  return {
    id: slot + 1,
    slot,
    state: 'ready',
    uptime: 60_000,
    rss: 0,
    as: 0,
    ...more,
    record: { ...blank, heartbeat, ...record },
  }
}

/** A policy and its clock: each call is a moment later. */
class Bench {
  now = start
  readonly #policy: LifePolicy

  constructor(settings: PolicySettings) {
    this.#policy = new LifePolicy(settings)
  }

  after(
    milliseconds: number,
    workers: readonly PolicyWorker[],
    more: Partial<PolicyInput> = {},
  ): readonly PolicyAction[] {
    this.now += milliseconds
    return this.#policy.decide({ now: this.now, workers, size: workers.length, processes: 4, queue: 0, ...more })
  }

  /** The sizes asked for over so many seconds. */
  sizes(
    seconds: number,
    look: (second: number) => Parameters<Bench['after']>[1],
    more: Partial<PolicyInput> = {},
  ): number[] {
    const found: number[] = []
    for (let second = 0; second < seconds; second += 1) {
      for (const action of this.after(1000, look(second), more)) if (action.kind === 'resize') found.push(action.size)
    }
    return found
  }
}

test('without settings nothing is ever due', () => {
  const policy = new LifePolicy({})
  expect(policy.next(start)).toBeUndefined()
  expect(rules).toHaveLength(8)
})

test('harakiri kills what is past its deadline and grace, and names the request', () => {
  const bench = new Bench({ harakiriGrace: 150 })
  const core = (deadline: number, request = 'GET /slow') => ({ started: start - 3000, requests: 0, deadline, request })
  const looked = (deadline: number) => bench.after(100, [worker(0, {}, { cores: [core(0), core(deadline)] })])
  expect(looked(0)).toEqual([])
  expect(looked(start + 50)).toEqual([])
  expect(looked(start + 50)).toMatchObject([
    { kind: 'kill', worker: 1, reason: expect.stringMatching(/^harakiri: GET \/slow has run for 3\.3 s/) },
  ])
  expect(bench.after(99, [worker(0, {}, { cores: [core(1)] })])).toEqual([])
})

test('harakiri looks again when the nearest deadline is over, not at its next turn', () => {
  const policy = new LifePolicy({ harakiriGrace: 150 })
  const look = (now: number, ...deadlines: number[]) => {
    const cores = deadlines.map((deadline) => ({ started: start, requests: 0, deadline, request: 'GET /slow' }))
    const actions = policy.decide({ now, workers: [worker(0, {}, { cores })], size: 1, processes: 1, queue: 0 })
    return [actions.length, policy.next(now)]
  }
  expect(look(start, start + 9000, 0)).toEqual([0, 100])
  expect(look(start + 100, start - 20)).toEqual([0, 31])
  expect(look(start + 131, start - 20)).toEqual([1, 100])
})

test('max-requests recycles, each slot at its own count, none that is young or not ready', () => {
  const bench = new Bench({ maxRequests: 100, maxRequestsDelta: 10 })
  const requests = { requests: 105 }
  const young = { uptime: 9999 }
  const workers = [worker(0, {}, requests), worker(1, {}, requests), worker(2, young, { requests: 999 })]
  expect(bench.after(1000, [...workers, worker(3, { state: 'draining' }, { requests: 999 })])).toEqual([
    { kind: 'recycle', worker: 1, reason: 'it has answered 105 requests (`max-requests`)' },
  ])
  expect(new Bench({ maxRequests: 1, minLifetime: 0 }).after(0, [worker(0, { uptime: 1 }, requests)])).toHaveLength(1)
})

test('max-worker-lifetime recycles by age', () => {
  const bench = new Bench({ maxLifetime: 60_000, maxLifetimeDelta: 1000 })
  expect(bench.after(0, [worker(0), worker(1)])).toMatchObject([{ kind: 'recycle', worker: 1 }])
  expect(bench.after(1000, [worker(0, { uptime: 59_999 }), worker(1, { uptime: 61_000 })])).toMatchObject([
    { worker: 2 },
  ])
})

test('memory: replaced above one size, killed above another, which comes first', () => {
  const bench = new Bench({ reloadOnRss: 100, evilReloadOnRss: 200, reloadOnAs: 1000, evilReloadOnAs: 2000 })
  const sizes = [{ rss: 99, as: 999 }, { rss: 100 }, { rss: 200 }, { as: 1000 }, { as: 2000, uptime: 0 }]
  expect(
    bench
      .after(
        0,
        sizes.map((size, slot) => worker(slot, size)),
      )
      .map(({ kind, ...rest }) => [kind, 'worker' in rest && rest.worker]),
  ).toEqual([
    ['kill', 3],
    ['kill', 5],
    ['recycle', 2],
    ['recycle', 4],
  ])
  const policy = new LifePolicy({ reloadOnRss: 1 })
  expect([policy.needs('memory', start), policy.needs('queue', start)]).toEqual([true, false])
})

const cheaper: CheaperSettings = {
  algorithm: 'spare',
  minimum: 1,
  initial: 1,
  step: 2,
  overload: 3,
  busynessMax: 50,
  busynessMin: 25,
  busynessMultiplier: 2,
  busynessPenalty: 2,
  backlogAlert: 33,
  backlogStep: 1,
}
const busy = { inFlight: 1 }

test('spare: all busy for a while adds workers, up to the most', () => {
  const bench = new Bench({ cheaper })
  expect(bench.sizes(3, () => [worker(0, {}, busy)])).toEqual([3])
  expect(bench.sizes(2, () => [worker(0, {}, busy)], { size: 3 })).toEqual([]) // the new ones are still coming up
  expect(bench.sizes(3, () => [0, 1, 2].map((slot) => worker(slot, {}, busy)))).toEqual([4])
  expect(bench.sizes(9, () => [0, 1, 2, 3].map((slot) => worker(slot, {}, busy)))).toEqual([])
})

test('spare: a breath in between starts the count anew, and an asynchronous worker is busy when its loop is', () => {
  const bench = new Bench({ cheaper: { ...cheaper, overload: 2 } })
  expect(bench.sizes(6, (second) => [worker(0, {}, second % 2 === 0 ? busy : {})])).toEqual([])
  const loop = (share: number) => (second: number) => [worker(0, {}, { ...busy, busyTime: 1 + second * 1e6 * share })]
  expect(new Bench({ cheaper }).sizes(8, loop(0.5))).toEqual([])
  expect(new Bench({ cheaper }).sizes(4, loop(0.95))).toEqual([3])
})

test('spare: one worker to spare is kept, more go one by one, down to the fewest', () => {
  const bench = new Bench({ cheaper })
  const three = (count: number) => () => [0, 1, 2].map((slot) => worker(slot, {}, slot < count ? busy : {}))
  expect(bench.sizes(9, three(2))).toEqual([])
  expect(bench.sizes(6, three(1))).toEqual([2, 2])
  expect(bench.sizes(9, () => [worker(0)])).toEqual([])
})

test('a loop that has gone silent with a request is busy', () => {
  const silent = () => [worker(0, {}, { ...busy, busyTime: 5, heartbeat: start - 10_000 })]
  expect(new Bench({ cheaper }).sizes(3, silent)).toEqual([3])
})

test('busyness: above the most it adds, below the least it waits and retires one, and learns', () => {
  const bench = new Bench({ cheaper: { ...cheaper, algorithm: 'busyness', overload: 1, step: 1 } })
  let spent = 0
  const load = (count: number, share: number) => () => {
    spent += share * 1e6
    return Array.from({ length: count }, (_, slot) => worker(slot, {}, { runningTime: spent }))
  }
  expect(bench.sizes(2, load(1, 0.8))).toEqual([2])
  expect(bench.sizes(4, load(2, 0.3))).toEqual([])
  expect(bench.sizes(3, load(2, 0.1))).toEqual([1])
  expect(bench.sizes(1, load(1, 0.9))).toEqual([2]) // it was needed: the next one waits for longer
  expect(bench.sizes(3, load(2, 0))).toEqual([])
  expect(bench.sizes(2, load(2, 0))).toEqual([1])
})

test('busyness: a request longer than a cycle counts as busy, a queue calls for help at once', () => {
  const settings = { cheaper: { ...cheaper, algorithm: 'busyness', overload: 1 } } as const
  expect(new Bench(settings).sizes(2, () => [worker(0, {}, busy)])).toEqual([3])
  const bench = new Bench(settings)
  expect(bench.after(0, [worker(0)], { queue: 34 })).toMatchObject([{ size: 2, reason: expect.stringContaining('34') }])
  expect(bench.after(1000, [worker(0)], { queue: 34, size: 2 })).toEqual([]) // the helper is on its way
})

test('idle: all go after a while, and come back when somebody connects', () => {
  const bench = new Bench({ idle: 5000 })
  const two = (requests: number, more = {}) => [worker(0, {}, { requests, ...more }), worker(1)]
  expect(bench.sizes(5, () => two(7))).toEqual([])
  expect(bench.sizes(5, () => two(8))).toEqual([])
  expect(bench.sizes(9, () => two(8, busy))).toEqual([])
  expect(bench.after(5000, two(8))).toMatchObject([{ kind: 'resize', size: 0 }])
  expect(bench.after(100, [], { size: 0 })).toEqual([])
  expect(bench.after(100, [], { size: 0, queue: 1 })).toMatchObject([
    { size: 2, reason: expect.stringContaining('idle') },
  ])
  const blind = new Bench({ idle: 5000 })
  expect(Array.from({ length: 9 }, () => blind.after(1000, two(1), { queue: undefined })).flat()).toEqual([])
})

test('a clock that is set back by an hour does not silence the rules for an hour', () => {
  const policy = new LifePolicy({ maxRequests: 1, minLifetime: 0 })
  const look = (now: number) =>
    policy.decide({ now, workers: [worker(0, {}, { requests: 2 })], size: 1, processes: 1, queue: 0 })
  expect(look(start)).toHaveLength(1)
  expect([policy.next(start), look(start + 500)]).toEqual([1000, []])
  expect([policy.next(start - 3_600_000), look(start - 3_600_000)]).toMatchObject([0, [{ kind: 'recycle' }]])
  expect(policy.next(start - 3_600_000)).toBe(1000)
})
