/**
 * The connections of a pool that carry several requests each, and the choice among them (KEEPALIVE.md, section 5): free
 * connections first while the server has workers without work, then the least loaded one that has room, then a new one.
 *
 * Of a server that says how many requests it can work on at once no more than twice as many connections are busy: what
 * is beyond waits here, where it can be counted, timed out and given up, instead of in the kernel's queue. A connection
 * whose answer is read slowly does not count, since its worker may be done with it.
 */
import {
  type Address,
  type ClientConnection,
  ClientError,
  type ClientOptions,
  defaultClientOptions,
  showAddress,
} from '@trivet/http1/client'
import type { Socket } from 'node:net'
import type { UwsgiExchange } from './exchange.ts'
import { Pipeline, type PipelinedRequest, type PipelineOwner } from './pipeline.ts'
import type { UwsgiRequest } from './pool.ts'

/** What the server advertised. */
interface Advertised {
  readonly depth: number
  readonly capacity: number | undefined
}

/** Where a request goes that a pipeline could not answer: one connection for it alone. */
interface Elsewhere {
  request(exchange: UwsgiExchange): ClientConnection
}

/** Workers are assumed to be as many when the server does not say. */
const usualCapacity = 2
/** Busy connections per worker before one is deepened: while one answer travels, the next request is there. */
const connectionsPerWorker = 2

export class Pipelines implements PipelineOwner {
  readonly address: Address
  readonly readTimeout: number
  readonly idleTimeout: number
  readonly #server: Advertised
  readonly #elsewhere: Elsewhere
  readonly #idle = new Set<Pipeline>()
  readonly #busy = new Set<Pipeline>()
  /** In the order they came. */
  readonly #waiting = new Set<Sent>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(address: Address, options: ClientOptions, server: Advertised, elsewhere: Elsewhere) {
    this.address = address
    this.readTimeout = options.readTimeout ?? defaultClientOptions.readTimeout
    this.idleTimeout = options.idleTimeout ?? defaultClientOptions.idleTimeout
    this.#server = server
    this.#elsewhere = elsewhere
  }

  get idle(): number {
    return this.#idle.size
  }

  get busy(): number {
    return this.#busy.size
  }

  /** Requests that wait for a connection. */
  get waiting(): number {
    return this.#waiting.size
  }

  get depth(): number {
    return this.#server.depth
  }

  /** Sends a request, or lets it wait; undefined when the pool should use a connection of its own for it. */
  request(exchange: UwsgiExchange): UwsgiRequest | undefined {
    if (this.#closed) return undefined
    const pipeline = this.#waiting.size > 0 ? 'full' : this.#choose()
    if (pipeline === undefined) return undefined
    const request = new Sent(exchange, this)
    if (pipeline === 'full') this.#waiting.add(request)
    else if (!this.#send(request, pipeline)) return undefined
    return request
  }

  /** Sends a request on a connection of its own. */
  alone(exchange: UwsgiExchange): ClientConnection {
    return this.#elsewhere.request(exchange)
  }

  /** A request that waits is given up. */
  forget(request: Sent): void {
    this.#waiting.delete(request)
  }

  #send(request: Sent, pipeline: Pipeline): boolean {
    try {
      pipeline.send(request)
    } catch {
      // The pool meets the same error, and reports it as it reports all of them.
      if (pipeline.load === 0 && !this.#idle.has(pipeline)) pipeline.close()
      return false
    }
    request.pipeline = pipeline
    this.#idle.delete(pipeline)
    this.#busy.add(pipeline)
    return true
  }

  /** Those that wait longest go first. */
  #admit(): void {
    for (const request of this.#waiting) {
      const pipeline = this.#choose()
      if (pipeline === 'full') return
      this.#waiting.delete(request)
      if (pipeline === undefined || !this.#send(request, pipeline)) request.retry()
    }
  }

  changed(pipeline: Pipeline): void {
    if (pipeline.closed) {
      this.#busy.delete(pipeline)
      this.#idle.delete(pipeline)
    } else if (pipeline.load === 0) {
      this.#busy.delete(pipeline)
      if (this.#closed) pipeline.close()
      else this.#idle.add(pipeline)
    }
    if (this.#waiting.size > 0) this.#admit()
    if (this.#busy.size + this.#idle.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  close(): void {
    this.#closed = true
    for (const pipeline of this.#idle) pipeline.close()
  }

  #choose(): Pipeline | 'full' | undefined {
    const { capacity } = this.#server
    const width = connectionsPerWorker * (capacity ?? usualCapacity)
    let unproven = 0
    let slow = 0
    let least: Pipeline | undefined
    if (this.#busy.size >= width) {
      for (const pipeline of this.#busy) {
        if (!pipeline.proven) unproven++
        if (pipeline.paused) slow++
        if (pipeline.hasRoom && (least === undefined || pipeline.load < least.load)) least = pipeline
      }
      if (least !== undefined) return least
      if (capacity !== undefined && this.#busy.size - slow >= width) return 'full'
    }
    // The one that has rested longest, so that the busy ones are a sample of all workers' connections.
    for (const pipeline of this.#idle) return pipeline
    // A burst must not open a connection per request just because none has been acknowledged yet.
    return unproven < width ? this.#open() : undefined
  }

  #open(): Pipeline {
    this.#timer ??= setInterval(() => this.#check(), Math.min(1000, this.readTimeout / 4)).unref()
    return new Pipeline(this)
  }

  #check(): void {
    const now = performance.now()
    for (const pipeline of this.#busy) pipeline.check(now)
    for (const pipeline of this.#idle) pipeline.check(now)
    for (const request of this.#waiting) {
      if (now - request.asked <= this.readTimeout) return
      this.#waiting.delete(request)
      request.fail(new ClientError('connect-timeout', 'connect', false, showAddress(this.address)))
    }
  }
}

/** A request that waits, or is in a pipeline, or on a connection of its own after a retry. */
class Sent implements PipelinedRequest, UwsgiRequest {
  exchange: UwsgiExchange | undefined
  paused = false
  pipeline: Pipeline | undefined
  readonly asked: number = performance.now()
  readonly #owner: Pipelines
  #moved: ClientConnection | undefined

  constructor(exchange: UwsgiExchange, owner: Pipelines) {
    this.exchange = exchange
    this.#owner = owner
  }

  /** Sends it again, alone. */
  retry(): void {
    const { exchange } = this
    if (exchange === undefined) return
    this.#moved = this.#owner.alone(exchange)
    if (this.paused) this.#moved.pause()
  }

  /** It will not be sent. */
  fail(error: ClientError): void {
    const { exchange } = this
    this.exchange = undefined
    exchange?.onError(error)
  }

  pause(): void {
    if (this.#moved !== undefined) this.#moved.pause()
    else if (this.pipeline === undefined) this.paused = true
    else this.pipeline.pause(this)
  }

  resume(): void {
    if (this.#moved !== undefined) this.#moved.resume()
    else if (this.pipeline === undefined) this.paused = false
    else this.pipeline.resume(this)
  }

  abort(error?: Error): void {
    if (this.#moved !== undefined) this.#moved.abort(error)
    else if (this.pipeline !== undefined && this.exchange !== undefined) this.pipeline.abort(this, error)
    else if (this.pipeline === undefined) {
      this.#owner.forget(this)
      this.fail(new ClientError('aborted', 'connect', false, showAddress(this.#owner.address), error))
    }
  }

  /** Pipelined requests have no body. */
  write(): boolean {
    return true
  }

  endBody(): void {}

  upgrade(): Socket {
    if (this.#moved === undefined) throw new TypeError('a `pipelinable` request cannot switch protocols')
    return this.#moved.upgrade()
  }
}
