/**
 * One connection with several requests on it (KEEPALIVE.md, section 5). Only requests that may be repeated come here, so
 * every trouble before an answer has the same cure: whoever was not answered is handed back, to be sent elsewhere.
 *
 * What is asked during one turn of the event loop leaves in one write at its end.
 */
import { connect, type Socket } from 'node:net'
import { Http1Error, ResponseParser } from '@trivet/http1'
import { type Address, ClientError, type ClientErrorCode, showAddress } from '@trivet/http1/client'
import type { UwsgiExchange } from './exchange.ts'

/** A request on its way, and what its sender can do with it. */
export interface PipelinedRequest {
  /** Undefined: its sender has given it up, and its answer is dropped. */
  exchange: UwsgiExchange | undefined
  paused: boolean
  /** It was not answered: it is to be sent elsewhere. */
  retry(): void
}

/** What a pipeline asks of its pool. */
export interface PipelineOwner {
  readonly address: Address
  readonly readTimeout: number
  readonly idleTimeout: number
  /** How many requests may wait on one connection that was acknowledged. */
  readonly depth: number
  /** The number of requests changed, or the connection is gone. */
  changed(pipeline: Pipeline): void
}

/**
 * Where all pipelines read into, one after the other. Of its own accord a stream has 64 KB allocated for each read and
 * cut to size afterwards, and an answer here has a few hundred bytes.
 */
const input = Buffer.allocUnsafeSlow(65_536)

export class Pipeline {
  readonly #owner: PipelineOwner
  readonly #socket: Socket
  readonly #parser = new ResponseParser(undefined, { bareLf: true })
  readonly #queue: PipelinedRequest[] = []
  #output = ''
  #acknowledged = false
  #answered = false
  #parsing = false
  #peerEnded = false
  /** Set once requests were sent whose answers nobody waits for: nothing after the current answer may be read. */
  #answerless = false
  #lastProgress = performance.now()
  closed = false

  constructor(owner: PipelineOwner) {
    this.#owner = owner
    this.#socket = connect({ ...owner.address, noDelay: true, onread: { buffer: input, callback: this.#onRead } })
    this.#socket.on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onEnd)
  }

  /** Requests that wait for their answer. */
  get load(): number {
    return this.#queue.length
  }

  /** Whether the server has acknowledged this connection, so that it may be deepened. */
  get proven(): boolean {
    return this.#acknowledged
  }

  /** Whether the reader of its present answer is slow. */
  get paused(): boolean {
    return this.#queue[0]?.paused === true
  }

  /** Whether one more request may be sent now. */
  get hasRoom(): boolean {
    if (this.closed || this.paused) return false
    return this.#queue.length < (this.#acknowledged ? this.#owner.depth : 1)
  }

  /** Sends a request; throws what its encoding throws. */
  send(request: PipelinedRequest): void {
    const text = request.exchange?.encode() ?? ''
    if (this.#queue.length === 0) this.#await(performance.now())
    this.#queue.push(request)
    if (this.#output === '') setImmediate(this.#flush)
    this.#output += text
  }

  /** Its reader is slow: whoever waits behind it goes elsewhere, and this connection ends with it. */
  pause(request: PipelinedRequest): void {
    request.paused = true
    if (this.#queue[0] !== request) return
    this.#socket.pause()
    const behind = this.#queue.splice(1)
    if (behind.length === 0) return
    this.#acknowledged = false
    this.#answerless = true
    for (const other of behind) other.retry()
  }

  resume(request: PipelinedRequest): void {
    if (!request.paused) return
    request.paused = false
    if (this.#queue[0] !== request) return
    this.#lastProgress = performance.now()
    if (!this.#parsing) this.#parse()
    if (request.paused) return
    if (this.#peerEnded) this.#onEnd()
    else this.#socket.resume()
  }

  /** Its sender has lost interest: `onError`, and the connection ends when its answer is the next. */
  abort(request: PipelinedRequest, cause?: Error): void {
    const { exchange } = request
    request.exchange = undefined
    if (this.#queue[0] === request) this.#end('aborted')
    exchange?.onError(new ClientError('aborted', 'head', false, showAddress(this.#owner.address), cause))
  }

  /** For the pool's timer. */
  check(now: number): void {
    const [first] = this.#queue
    const waited = now - this.#lastProgress
    if (first === undefined) {
      if (waited > this.#owner.idleTimeout) this.close()
    } else if (!first.paused && waited > this.#owner.readTimeout) this.#end('read-timeout')
  }

  /** Closes the connection; requests on it are sent elsewhere. */
  close(): void {
    this.#end('closed')
  }

  readonly #flush = (): void => {
    const text = this.#output
    this.#output = ''
    if (!this.closed) this.#socket.write(text, 'latin1')
  }

  /** What has come is copied: the parser keeps it, and hands out parts of it. */
  readonly #onRead = (size: number): boolean => {
    this.#lastProgress = performance.now()
    const chunk = Buffer.allocUnsafe(size)
    input.copy(chunk, 0, 0, size)
    this.#parser.push(chunk)
    if (!this.#parsing && this.#queue[0]?.paused !== true) this.#parse()
    return true
  }

  readonly #onEnd = (): void => {
    this.#peerEnded = true
    if (this.closed || this.#queue[0]?.paused === true) return
    try {
      this.#parser.finish()
      if (this.#answered) this.#parse()
    } catch (error) {
      if (!(error instanceof Http1Error)) throw error
    }
    this.#end('closed')
  }

  readonly #onError = (error: Error): void => {
    this.#end('reset', error)
  }

  #await(now: number): void {
    this.#lastProgress = now
    this.#socket.ref()
  }

  #parse(): void {
    this.#parsing = true
    try {
      while (!this.closed && this.#step());
    } catch (error) {
      if (!(error instanceof Http1Error)) throw error
      this.#end('protocol', error)
    } finally {
      this.#parsing = false
    }
  }

  #step(): boolean {
    const [request] = this.#queue
    if (request?.paused === true) return false
    if (!this.#answered) this.#parser.expect(request?.exchange?.method ?? 'GET')
    switch (this.#parser.next()) {
      case 'head':
        if (request === undefined) throw new Http1Error('invalid-use', 'an answer came to no request', 'remote')
        this.#answered = this.#parser.head.status >= 200
        request.exchange?.onHead(this.#parser.head)
        return true
      case 'data':
        request?.exchange?.onData(this.#parser.data)
        return true
      case 'end':
        this.#finish()
        return true
      default:
        return false
    }
  }

  #finish(): void {
    const request = this.#queue.shift()
    const exchange = request?.exchange
    this.#answered = false
    this.#acknowledged = !this.#answerless && exchange?.reusable(this.#parser.head) === true
    const { trailers } = this.#parser
    this.#parser.startNext()
    if (!this.#acknowledged) this.#end('closed')
    else if (this.#queue.length === 0) this.#socket.unref()
    if (request !== undefined) request.exchange = undefined
    exchange?.onEnd(trailers)
    this.#owner.changed(this)
  }

  /** The connection ends: an answer that has begun is broken, and everybody else goes elsewhere. */
  #end(code: ClientErrorCode, cause?: Error): void {
    if (this.closed) return
    this.closed = true
    this.#socket.destroy()
    const requests = this.#queue.splice(0)
    const first = requests[0]
    const lost = this.#answered || code === 'read-timeout' || code === 'protocol'
    this.#owner.changed(this)
    if (lost) requests.shift()
    for (const request of requests) request.retry()
    if (!lost || first?.exchange === undefined) return
    const phase = this.#answered ? 'body' : 'head'
    const exchange = first.exchange
    first.exchange = undefined
    exchange.onError(new ClientError(code, phase, false, showAddress(this.#owner.address), cause))
  }
}
