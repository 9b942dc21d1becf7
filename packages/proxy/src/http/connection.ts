/**
 * One client connection (RFC 9112 section 9): requests are read one after the other, also when they arrive together.
 *
 *     head -> (request under way: body on demand) -> finished -> head ... -> closing -> closed
 *
 * After an answer the unread rest of a request's body is read and dropped, so that the next request can be found.
 */
import type { Socket } from 'node:net'
import type { Listener } from '../model/config.ts'
import { ClosableWire } from './closable-wire.ts'
import { HeadError, HeadReader } from './head.ts'
import { startPostAction } from './post-action.ts'
import { openRequest, settleRequest, startRequest } from './request-life.ts'
import type { Request } from './request.ts'
import type { Service } from './service.ts'
import { endSlowRequest, idleWhileDraining, logSlow } from './timeouts.ts'
import { UnwantedBody } from './unwanted-body.ts'

/** More than this unread of a next request, and the socket is paused. */
const pipelineLimit = 64 * 1024

/** A connection of a client. */
export class Connection extends ClosableWire {
  /** Requests so far, the current one included. */
  requests = 0
  /** True when the current request was waiting behind another one. */
  isPipelined = false
  readonly #unwanted = new UnwantedBody(this)
  readonly #head = new HeadReader()
  #request: Request | undefined
  #isProcessing = false
  #isWaitingForHead = true
  #tunnel: ((chunk: Buffer) => void) | undefined

  constructor(service: Service, listener: Listener, socket: Socket) {
    super(service, listener, socket)
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('end', () => this.#onEnd())
    socket.on('error', () => this.onClosed())
    socket.on('close', () => this.onClosed())
    socket.on('drain', () => this.#onDrain())
  }

  /** What it is doing, as `stub_status` counts it. */
  get phase(): 'reading' | 'writing' | 'waiting' | 'closing' {
    if (this.state === 'request' || this.state === 'tunnel') return 'writing'
    if (this.state !== 'head') return 'closing'
    return this.input.length > 0 ? 'reading' : 'waiting'
  }

  override flush(): void {
    if (this.state === 'closed' || !this.output.write()) return
    const request = this.#request
    if (this.state === 'request' && request !== undefined && this.output.isBehind && !request.body.isFlowing)
      this.expectWithin(request.location.core.sendTimeout)
    this.#goOn()
  }

  #onData(chunk: Buffer): void {
    if (this.#tunnel !== undefined) this.#tunnel(chunk)
    else if (this.closing === undefined) {
      this.input.append(chunk)
      this.output.gather()
      this.#process()
      this.output.release()
    } else if (this.closing.isTaken) this.deadline = this.closing.deadline
  }

  #process(): void {
    if (this.#isProcessing) return
    this.#isProcessing = true
    while (this.#step());
    this.#isProcessing = false
  }

  /** One request or one piece of a body; false when there is nothing more to do now. */
  #step(): boolean {
    if (this.state === 'head')
      return (
        this.input.length > 0 && (this.gate?.passes(this, this.input) ?? true) && this.#mayAnswer() && this.#readHead()
      )
    if (this.state !== 'request' || this.#request === undefined || this.input.length === 0) return false
    const { body } = this.#request
    if (body.isFlowing) {
      const used = body.take(this.input.bytes)
      this.input.consume(used)
      if (!body.isDone) this.deadline = Date.now() + this.#request.location.core.clientBodyTimeout
      else if (this.#request?.body === body) this.deadline = Number.POSITIVE_INFINITY
      return used > 0
    }
    if (this.input.length > pipelineLimit) this.input.pause()
    return false
  }

  /** Requests of a client that does not take its answers wait, or answers without end would pile up. */
  #mayAnswer(): boolean {
    if (this.output.hasRoom) return true
    this.expectWithin(this.core.sendTimeout)
    this.input.pause()
    return false
  }

  #readHead(): boolean {
    const { settings } = this.names.fallback
    const now = Date.now()
    const outcome = this.#head.tryRead(this.input.bytes, settings)
    if (outcome === 'incomplete') {
      if (this.#isWaitingForHead) {
        this.#isWaitingForHead = false
        this.deadline = now + settings.clientHeaderTimeout
      }
      return false
    }
    this.deadline = Number.POSITIVE_INFINITY
    this.input.consume(outcome === 'complete' ? this.#head.length : this.input.length)
    this.#startRequest(outcome === 'complete' ? undefined : outcome, now)
    return true
  }

  #startRequest(failure: HeadError | undefined, now: number): void {
    this.requests++
    this.service.statistics.requests++
    this.state = 'request'
    this.#request = openRequest(this, this.#head, failure, now)
    startRequest(this.#request)
  }

  /** The answer to the request has been sent (or `isBroken`: will not be). */
  finish(request: Request, isBroken: boolean = false): void {
    if (request.finished) return
    if (!isBroken && this.state !== 'closed') startPostAction(request)
    if (request.subrequests !== undefined && this.#waitsForInner(request, isBroken)) return
    request.finished = true
    settleRequest(request)
    if (this.state === 'closed') return
    const core = (this.core = request.location.core)
    this.deadline = Number.POSITIVE_INFINITY
    if (isBroken) this.destroy()
    else if (!request.keepAlive || core.keepaliveTimeout === 0) this.closeAfter(request)
    else if (request.body.isDone) this.#next()
    else this.#unwanted.finish(request.body, Date.now() + core.lingeringTime)
  }

  /** Whether requests inside the proxy are to end first; of a broken one they are given up. */
  #waitsForInner(request: Request, isBroken: boolean): boolean {
    const { subrequests } = request
    if (subrequests === undefined || subrequests.size === 0) return false
    if (!isBroken && this.state !== 'closed') {
      request.isAnswered = true
      this.deadline = Number.POSITIVE_INFINITY
      return true
    }
    for (const inner of subrequests) inner.cancel()
    return false
  }

  /** Reads over what has come of a body that nobody wants; the status to answer with when it is malformed, else 0. */
  discardAvailable(request: Request): number {
    const { body } = request
    if (body.isDone || body.hasSink || this.input.length === 0) return 0
    this.#unwanted.skip(body)
    this.input.consume(body.take(this.input.bytes))
    return body.failure
  }

  onUnwantedEnd(): void {
    this.#next()
  }

  onUnwantedError(): void {
    if (this.#request !== undefined) this.closeAfter(this.#request)
  }

  #next(): void {
    this.#request = undefined
    this.state = 'head'
    this.isPipelined = this.input.length > 0
    this.#isWaitingForHead = true
    if (this.input.hasEnded && this.input.length === 0) return this.close(false)
    this.expectWithin(this.core.keepaliveTimeout)
    // The answer had promised to keep the connection before the draining began.
    if (this.service.draining) this.hurryIfIdle()
    this.input.resume()
    if (this.input.length > 0 && !this.#isProcessing) this.#process()
  }

  /** The worker drains: a connection between two requests goes, unless the next one is on its way already. */
  hurryIfIdle(): void {
    if (this.state === 'head' && this.input.length === 0)
      this.deadline = Math.min(this.deadline, Date.now() + idleWhileDraining)
  }

  /** A body is to be read: go on reading. */
  wantBody(): void {
    const core = this.#request?.location.core
    if (core !== undefined && this.#request?.finished !== true) this.deadline = Date.now() + core.clientBodyTimeout
    this.input.resume()
    if (this.input.length > 0 && !this.#isProcessing) this.#process()
    if (this.input.hasEnded && this.#request?.body.isDone === false) this.#request.body.fail(400)
  }

  /** A body's reader cannot take more now. */
  unwantBody(): void {
    this.deadline = Number.POSITIVE_INFINITY
    this.input.pause()
  }

  /** From now on bytes go to `receive` as they come; returns those already read. */
  tunnel(receive: (chunk: Buffer) => void): Buffer {
    this.state = 'tunnel'
    this.#tunnel = receive
    this.deadline = Number.POSITIVE_INFINITY
    this.input.resume()
    return this.input.takeAll()
  }

  /** Called by the service's clock. */
  checkDeadline(now: number): void {
    if (now < this.deadline && now <= this.#unwanted.until) return
    this.deadline = Number.POSITIVE_INFINITY
    const request = this.#request
    if (this.state === 'request' && request !== undefined && !request.finished) endSlowRequest(request)
    else if (this.state !== 'head') this.giveUp()
    // The last answer may still be on its way to a slow client: it gets the time for that.
    else if (this.input.length === 0 || this.output.isBehind) this.close(false)
    else this.#headTimeout()
  }

  #headTimeout(): void {
    logSlow(this, 'reading client request line')
    this.input.takeAll()
    this.#startRequest(new HeadError(408, 'client timed out'), Date.now())
  }

  #onDrain(): void {
    if (this.#request?.finished === false && !this.#request.body.isFlowing) this.deadline = Number.POSITIVE_INFINITY
    this.#goOn()
  }

  #goOn(): void {
    if (!this.output.takeDrain()) return
    if (this.state === 'head') {
      this.input.resume()
      this.#process()
    } else this.#request?.onDrain()
  }

  #onEnd(): void {
    this.input.hasEnded = true
    const request = this.#request
    if (this.state === 'request' && request !== undefined) {
      if (request.body.isFlowing) {
        request.log('info', 'client prematurely closed connection')
        request.keepAlive = false
        request.body.fail(400)
      } else request.onClientEnd()
      return
    }
    if (this.state === 'tunnel') request?.activity?.onAbort?.()
    else if (this.closing === undefined) this.close(false)
    else if (this.closing.isTaken) this.destroy()
  }

  protected override onClosed(): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.socket.destroy()
    const request = this.#request
    if (request !== undefined && !request.finished && !request.isAnswered) {
      if (!request.body.isDone) request.body.fail(499)
      if (request.out.status === 0) request.out.status = 499
      request.activity?.onAbort?.()
      this.finish(request)
    }
    this.service.remove(this)
  }
}
