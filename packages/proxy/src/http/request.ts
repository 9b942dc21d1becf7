/** One request from its head to its log line: its way through the handlers, and its end. */
import { declined, type Handler } from '../model/module.ts'
import type { InnerRequest } from './activity.ts'
import { AnsweringRequest } from './answering-request.ts'
import { BufferedBody, type BodyListener } from './buffered-body.ts'
import { finalize, runHandlers } from './engine.ts'
import { lastChunk, writeHead } from './head-writer.ts'

/** A request. */
export class Request extends AnsweringRequest implements BodyListener {
  handlerIndex = 0
  /** What the access phase has found so far. */
  access = 0
  inErrorPage = false
  /** Its `post_action` has been started. */
  hasPostAction = false
  finished = false
  /** All has been sent; only requests inside the proxy are still at work. */
  isAnswered = false
  bufferedBody: BufferedBody | undefined
  /** What the upstream engine keeps about its attempts. */
  upstream: unknown
  /** Why an upstream failed, for the page of a 502 or 504. */
  failureCause: string | undefined
  /** `$limit_req_status` and `$limit_conn_status`; undefined until the limits have been asked. */
  limitRequestStatus: string | undefined
  limitConnectionStatus: string | undefined
  /** The rest of a compiled `return` or a redirecting rewrite. */
  returnText: string | undefined
  /** Requests made inside the proxy for this one that are not over. */
  subrequests: Set<InnerRequest> | undefined
  #settlers: (() => void)[] | undefined
  #bodyThen: ((request: Request) => void) | undefined

  /** The client's request this one is or belongs to. */
  get main(): Request {
    return this
  }

  /** The handlers of its location. */
  get handlers(): readonly Handler[] {
    return this.location.handlers
  }

  override sendHead(): boolean {
    if (this.headSent) throw new Error('the head was already sent')
    return writeHead(this)
  }

  protected override lastChunk(): string {
    return lastChunk(this)
  }

  protected override onSent(): void {
    this.connection.finish(this)
  }

  /** Reads the whole body and goes on with `then`; when the body cannot be had, the request ends with the right status. */
  readBody(then: (request: Request) => void): void {
    if (this.bufferedBody !== undefined) {
      then(this)
      return
    }
    this.#bodyThen = then
    this.bufferedBody = new BufferedBody(this.body, this.location.core, this)
    this.bufferedBody.start()
  }

  onBody(status: number): void {
    const then = this.#bodyThen
    if (then === undefined) return
    this.#bodyThen = undefined
    if (status === 0) then(this)
    else finalize(this, status)
  }

  /** A handler that had `taken` the request gives it back: the result is what it would have returned. */
  resume(result: number): void {
    runHandlers(this, result)
  }

  /** A handler that had `taken` the request wants to be asked again. */
  again(): void {
    this.handlerIndex--
    runHandlers(this, declined)
  }

  /** Ends the request with a status: its error page, or the built-in one. */
  finalize(status: number): void {
    finalize(this, status)
  }

  /** The status a request made inside the proxy shall end with instead of this one. */
  result(status: number): number {
    return status
  }

  /** The answer broke off: the client must notice. */
  abort(): void {
    this.connection.destroy()
  }

  /** The client has closed its side. */
  onClientEnd(): void {
    if (this.activity?.onAbort !== undefined) this.activity.onAbort()
    else for (const inner of this.subrequests ?? []) inner.onClientEnd()
  }

  /** All requests made inside the proxy are over; when the answer has been waiting for that, it is over too. */
  onInnerEnd(): void {
    if (this.isAnswered) this.connection.finish(this)
  }

  /** Calls back when the request is over, whatever way it went. */
  onSettle(callback: () => void): void {
    this.#settlers ??= []
    this.#settlers.push(callback)
  }

  /** It is over: calls who waits for that. */
  settle(): void {
    if (this.#settlers === undefined) return
    for (const callback of this.#settlers) callback()
    this.#settlers = undefined
  }
}
