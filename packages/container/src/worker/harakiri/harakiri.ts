/**
 * The first line of harakiri, in the worker: a request over its time is ended by a timer of the event loop, and the
 * worker goes on; where the loop is blocked, by the watchdog's thread (watchdog.ts), and the worker is replaced.
 */
import { Worker } from 'node:worker_threads'
import { errorAnswer, type WatchedResponse } from '@trivet/http1/gateway'
import type { HarakiriSettings } from '../../config/model/life.ts'
import type { Flight } from '../flight.ts'
import { OpenRequests } from './open-requests.ts'
import { Places } from './places.ts'
import type { WatchdogData } from './watchdog.ts'
import { describeLate } from './words.ts'

/** What it needs of the worker's bookkeeping. */
export interface HarakiriOwner {
  readonly oldest: Flight | undefined
  /** A request was ended for taking too long. */
  harakiri(response: WatchedResponse): void
}

export class Harakiri {
  /** Milliseconds. */
  readonly timeout: number
  readonly #owner: HarakiriOwner
  readonly #requests = new OpenRequests()
  readonly #places: Places | undefined
  /** Resolves when the watchdog is awake: no request should come before. */
  readonly watching: Promise<void>
  #timer: NodeJS.Timeout | undefined = undefined

  /** Undefined when requests may take as long as they like. */
  static create({ timeout, verbose, patience }: HarakiriSettings, owner: HarakiriOwner): Harakiri | undefined {
    return timeout === undefined ? undefined : new Harakiri(timeout, verbose, patience, owner)
  }

  private constructor(timeout: number, verbose: boolean, patience: number, owner: HarakiriOwner) {
    this.timeout = timeout
    this.#owner = owner
    this.#places = verbose ? new Places() : undefined
    const data: WatchdogData = {
      memory: this.#requests.memory,
      timeout,
      patience,
      late: errorAnswer(504, 'Connection: close\r\n'),
      replaced: errorAnswer(503, 'Connection: close\r\n'),
    }
    const file = `./watchdog${import.meta.filename.endsWith('.ts') ? '.ts' : '.js'}`
    const thread = new Worker(new URL(file, import.meta.url), { workerData: data, resourceLimits })
    thread.on('error', (error) => console.error('harakiri: the watchdog has failed:', error))
    this.watching = new Promise((resolve, reject) => {
      thread.once('message', () => resolve())
      thread.once('error', reject)
    })
    thread.unref()
  }

  begin(flight: Flight): void {
    const { response, started, request } = flight
    const fd = response.first ? descriptorOf(response) : -1
    flight.row = this.#requests.begin(performance.timeOrigin + started, fd, request)
    this.#places?.enter(flight)
    if (this.#timer === undefined) this.#timer = this.#wait(this.timeout)
  }

  answering(flight: Flight): boolean {
    return this.#requests.answering(flight.row)
  }

  end(flight: Flight): void {
    this.#requests.end(flight.row)
  }

  #wait(delay: number): NodeJS.Timeout {
    return setTimeout(() => this.#check(), delay).unref()
  }

  #check(): void {
    this.#timer = undefined
    for (;;) {
      const flight = this.#owner.oldest
      if (flight === undefined) return
      const age = performance.now() - flight.started
      if (age < this.timeout) {
        this.#timer = this.#wait(Math.ceil(this.timeout - age))
        return
      }
      this.#end(flight, age)
    }
  }

  #end(flight: Flight, age: number): void {
    const { response, request, row } = flight
    const taken = this.#requests.isTaken(row)
    const [seconds, limit, answered] = [age / 1000, this.timeout / 1000, response.started]
    const words = { request, seconds, limit, answered, place: this.#place(flight) }
    const reason = Object.assign(new Error(`${request} took longer than ${limit} s (\`harakiri\`)`), {
      name: 'TimeoutError',
    })
    response.refuse(taken ? undefined : 504, reason)
    this.#owner.harakiri(response)
    if (!taken) console.error(describeLate(words))
  }

  #place(flight: Flight): string {
    if (this.#places === undefined)
      return 'it waits for something asynchronous (`harakiri-verbose` says where); the worker goes on'
    const place = this.#places.last(flight)
    return place === undefined
      ? 'it never came to wait for anything; the worker goes on'
      : `the worker goes on; it waits\n${place}`
  }
}

/** Megabytes: it does next to nothing. */
const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 }

function descriptorOf({ socket }: WatchedResponse): number {
  const handle = (socket as unknown as { readonly _handle?: { readonly fd?: number } | null })._handle
  return handle?.fd ?? -1
}
