import { Socket } from 'node:net'
import type { Environ } from '@trivet/gateway'
import type { WatchedResponse } from '@trivet/http1/gateway'
import type { ScoreboardWriter } from '@trivet/prefork/worker'
import { eventually } from '@trivet/testing'
import { expect, test } from 'vitest'
import { Activity } from './activity.ts'

/** A scoreboard that remembers what was published. */
class Board {
  readonly published: Record<string, unknown>[] = []
  #now: Record<string, unknown> = {}
  set(figures: object): void {
    this.#now = { ...this.#now, ...figures }
  }
  busy(_core: number, started: number, deadline: number, request: string): void {
    this.set({ started, deadline, request })
  }
  idle(): void {
    this.set({ request: '' })
  }
  publish(): void {
    this.published.push(this.#now)
  }
}

function makeActivity(): { readonly activity: Activity; readonly board: Board } {
  const board = new Board()
  const figures = { connections: 3, bytesSent: 99 }
  return {
    activity: new Activity(
      board as unknown as ScoreboardWriter,
      { timeout: undefined, verbose: false, patience: 0 },
      () => figures,
    ),
    board,
  }
}

const environ = (path: string): Environ => ({ REQUEST_METHOD: 'GET', SCRIPT_NAME: '/app', PATH_INFO: path }) as Environ
const response = (): WatchedResponse => ({
  socket: new Socket(),
  started: false,
  first: true,
  ticket: undefined,
  refuse: () => {},
})

test('the oldest request is shown, before its application runs, and what is left when it ends', async () => {
  const { activity, board } = makeActivity()
  const [one, two, three] = [response(), response(), response()]
  activity.begin(environ('/1'), one)
  expect(board.published).toMatchObject([{ request: 'GET /app/1', inFlight: 1, requests: 0 }])
  activity.begin(environ('/2'), two)
  activity.begin(environ('/3'), three)
  activity.end(two)
  activity.end(two)
  activity.end(one)
  await eventually(() => board.published.length > 1)
  expect(board.published.at(-1)).toMatchObject({ request: 'GET /app/3', inFlight: 1, requests: 2, connections: 3 })
  expect(activity.oldest?.response).toBe(three)
  activity.harakiri(three)
  await eventually(() => board.published.at(-1)?.['request'] === '')
  expect(board.published.at(-1)).toMatchObject({ inFlight: 0, requests: 3, harakiri: 1, bytesSent: 99 })
  expect(board.published.at(-1)?.['runningTime']).toBeGreaterThan(0)
})

test('under load the record is written now and then, not for every request', async () => {
  const { activity, board } = makeActivity()
  const begun = performance.now()
  for (let count = 0; count < 10_000; count += 1) {
    const answer = response()
    activity.begin(environ('/'), answer)
    activity.end(answer)
  }
  const duration = performance.now() - begun
  expect(board.published.length).toBeLessThanOrEqual(duration + 1)
  await eventually(() => board.published.at(-1)?.['requests'] === 10_000)
})
