/**
 * What a worker is doing, for the scoreboard. Requests in flight are a list, oldest first; the record shows the oldest.
 * A write costs about 2 us, so changes are gathered: when a request begins the record is written unless that was done a
 * millisecond ago, all else follows within a few milliseconds. A worker whose event loop is blocked thus shows the
 * request that blocks it, or under load one that began less than a millisecond before it.
 */
import type { Environ } from '@trivet/gateway'
import type { RequestWatch, WatchedResponse } from '@trivet/http1/gateway'
import type { ScoreboardWriter, WorkerFigures } from '@trivet/prefork/worker'
import type { HarakiriSettings } from '../config/model/life.ts'
import { Flight } from './flight.ts'
import { Harakiri } from './harakiri/harakiri.ts'

/** Milliseconds since the last write after which a request that begins is shown at once. */
const beginInterval = 1

/** Milliseconds after which all else is shown. */
const writeDelay = 5

/** Weight of one request in the average response time. */
const averageWeight = 1 / 16

/** What the fronts know beside the requests. */
export interface FrontFigures extends WorkerFigures {
  readonly connections: number
  readonly bytesSent: number
}

/** Counts requests and keeps the worker's record. */
export class Activity implements RequestWatch {
  readonly #board: ScoreboardWriter | undefined
  readonly #fronts: () => FrontFigures
  readonly #timer: NodeJS.Timeout
  readonly #limit: Harakiri | undefined
  #oldest: Flight | undefined
  #newest: Flight | undefined
  #inFlight = 0
  #requests = 0
  #exceptions = 0
  #harakiri = 0
  #runningTime = 0
  #responseTime = 0
  #written = Number.NEGATIVE_INFINITY
  #due = false

  constructor(board: ScoreboardWriter | undefined, harakiri: HarakiriSettings, fronts: () => FrontFigures) {
    this.#limit = Harakiri.create(harakiri, this)
    this.#board = board
    this.#fronts = fronts
    this.#timer = setTimeout(() => this.#due && this.publish(performance.now()), writeDelay).unref()
  }

  /** Resolves when requests may come. */
  async prepared(): Promise<void> {
    await this.#limit?.watching
  }

  /** The request that has been in flight for longest. */
  get oldest(): Flight | undefined {
    return this.#oldest
  }

  begin(environ: Environ, response: WatchedResponse): void {
    const now = performance.now()
    const flight = new Flight(environ, response, now)
    response.ticket = flight
    flight.previous = this.#newest
    if (this.#newest === undefined) this.#oldest = flight
    else this.#newest.next = flight
    this.#newest = flight
    this.#inFlight += 1
    this.#limit?.begin(flight)
    if (this.#oldest === flight && now - this.#written > beginInterval) this.publish(now)
    else this.#publishSoon()
  }

  answering({ ticket }: WatchedResponse): boolean {
    return this.#limit === undefined || !(ticket instanceof Flight) || this.#limit.answering(ticket)
  }

  end(response: WatchedResponse): void {
    const flight = response.ticket
    if (!(flight instanceof Flight)) return
    response.ticket = undefined
    this.#limit?.end(flight)
    if (flight.previous === undefined) this.#oldest = flight.next
    else flight.previous.next = flight.next
    if (flight.next === undefined) this.#newest = flight.previous
    else flight.next.previous = flight.previous
    this.#inFlight -= 1
    this.#requests += 1
    const microseconds = (performance.now() - flight.started) * 1000
    this.#runningTime += microseconds
    this.#responseTime += this.#requests === 1 ? microseconds : (microseconds - this.#responseTime) * averageWeight
    this.#publishSoon()
  }

  /** A request was ended for taking too long. */
  harakiri(response: WatchedResponse): void {
    this.#harakiri += 1
    this.end(response)
  }

  /** An application raised an error: counted, and its stack goes where the application's own words go. */
  readonly failed = (error: Error, environ: Environ): void => {
    this.#exceptions += 1
    environ['tsgi.errors'].write(`${error.stack ?? String(error)}\n`)
    environ['tsgi.errors'].flush()
  }

  /** Writes the record now. */
  publish(now: number): void {
    const board = this.#board
    if (board === undefined) return
    this.#due = false
    this.#written = now
    board.set({
      requests: this.#requests,
      exceptions: this.#exceptions,
      runningTime: Math.round(this.#runningTime),
      responseTime: Math.round(this.#responseTime),
      inFlight: this.#inFlight,
      harakiri: this.#harakiri,
      ...this.#fronts(),
    })
    const oldest = this.#oldest
    if (oldest === undefined) board.idle(0, this.#requests)
    else {
      const started = performance.timeOrigin + oldest.started
      board.busy(0, started, this.#limit === undefined ? 0 : started + this.#limit.timeout, oldest.request)
    }
    board.publish()
  }

  #publishSoon(): void {
    if (this.#due) return
    this.#due = true
    this.#timer.refresh()
  }
}
