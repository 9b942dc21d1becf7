/**
 * The connections of a pool that carry several requests each, and the choice among them (KEEPALIVE.md, section 5): free
 * connections first while the server has workers without work, then the least loaded one that has room, then a new one.
 */
import { type Address, type ClientConnection, type ClientOptions, defaultClientOptions } from '@trivet/http1/client'
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

  get depth(): number {
    return this.#server.depth
  }

  /** Sends a request; undefined when the pool should use a connection of its own for it. */
  request(exchange: UwsgiExchange): UwsgiRequest | undefined {
    if (this.#closed) return undefined
    const pipeline = this.#choose()
    if (pipeline === undefined) return undefined
    const request = new Sent(exchange, pipeline, this.#elsewhere)
    try {
      pipeline.send(request)
    } catch {
      // The pool meets the same error, and reports it as it reports all of them.
      if (pipeline.load === 0 && !this.#idle.has(pipeline)) pipeline.close()
      return undefined
    }
    this.#idle.delete(pipeline)
    this.#busy.add(pipeline)
    return request
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
    if (this.#busy.size + this.#idle.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  close(): void {
    this.#closed = true
    for (const pipeline of this.#idle) pipeline.close()
  }

  #choose(): Pipeline | undefined {
    const width = connectionsPerWorker * (this.#server.capacity ?? usualCapacity)
    let unproven = 0
    let least: Pipeline | undefined
    if (this.#busy.size >= width) {
      for (const pipeline of this.#busy) {
        if (!pipeline.proven) unproven++
        if (pipeline.hasRoom && (least === undefined || pipeline.load < least.load)) least = pipeline
      }
      if (least !== undefined) return least
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
  }
}

/** A request in a pipeline, or on a connection of its own after a retry. */
class Sent implements PipelinedRequest, UwsgiRequest {
  exchange: UwsgiExchange | undefined
  paused = false
  readonly #pipeline: Pipeline
  readonly #elsewhere: Elsewhere
  #moved: ClientConnection | undefined

  constructor(exchange: UwsgiExchange, pipeline: Pipeline, elsewhere: Elsewhere) {
    this.exchange = exchange
    this.#pipeline = pipeline
    this.#elsewhere = elsewhere
  }

  /** Sends it again, alone. */
  retry(): void {
    const { exchange } = this
    if (exchange === undefined) return
    this.#moved = this.#elsewhere.request(exchange)
    if (this.paused) this.#moved.pause()
  }

  pause(): void {
    if (this.#moved === undefined) this.#pipeline.pause(this)
    else this.#moved.pause()
  }

  resume(): void {
    if (this.#moved === undefined) this.#pipeline.resume(this)
    else this.#moved.resume()
  }

  abort(error?: Error): void {
    if (this.#moved !== undefined) this.#moved.abort(error)
    else if (this.exchange !== undefined) this.#pipeline.abort(this, error)
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
