/** One request: what the client sent, where routing has brought it, and the answer being made. */
import type { HeaderFields } from '@trivet/http1'
import type { LogLevel } from '../process/error-log.ts'
import type { Server } from '../model/config.ts'
import type { Location } from '../model/location.ts'
import { sizeOf } from '../model/value.ts'
import type { BufferedBody, BodyListener } from './buffered-body.ts'
import type { BodyEncoder } from './body-encoder.ts'
import { UnfilteredBody, type BodyFilter } from './body-filter.ts'
import { BufferedBody as Body } from './buffered-body.ts'
import type { Connection } from './connection.ts'
import { finalize, runHandlers } from './engine.ts'
import { fieldValue, logText } from './field-value.ts'
import type { HeadError } from './head.ts'
import { writeHead } from './head-writer.ts'
import type { OrderedOutput } from './ordered-output.ts'
import { Pacer, type PacerOwner } from './pacer.ts'
import type { RequestBody } from './request-body.ts'
import type { FileRange } from './ranges.ts'
import { ResponseHeaders } from './response-headers.ts'
import { declined, type Handler } from '../model/module.ts'

/** What a content handler leaves behind for the time the answer is under way. */
export interface Activity {
  /** The client can take more. */
  onDrain?(): void
  /** The client is gone: stop. */
  onAbort?(): void
  /** The request is over, whatever way it went. */
  onFinish?(): void
}

/** A request made inside the proxy for another one. */
export interface InnerRequest {
  /** The client has closed its side. */
  onClientEnd(): void
  /** The client's request is over: stop. */
  cancel(): void
  /** The client's request waits for it only to be over; its answer is not wanted. */
  readonly isBackground: boolean
}

/** How often a request may be sent elsewhere inside the proxy. */
const redirectLimit = 10

/** A request from its head to its log line. */
export class Request implements BodyListener, PacerOwner {
  readonly connection: Connection
  server: Server
  location: Location
  /** The effective method: `error_page` may turn it into GET. */
  method: string
  readonly line: string
  /** The target as sent; rewrites do not change it. */
  readonly target: string
  /** The normalised path. */
  uri = ''
  args = ''
  /** 9, 10 or 11 */
  readonly version: number
  readonly protocol: string
  readonly headers: HeaderFields
  /** Lower case, without port; empty when there was none. */
  host = ''
  port = 0
  /** The client's: the connection's, unless a trusted proxy told another (`set_real_ip_from`). */
  clientAddress: string
  #clientPort: number | undefined
  /** A trusted proxy has told it. */
  isClientTold = false
  readonly body: RequestBody
  readonly headLength: number
  readonly startTime: number
  keepAlive: boolean
  readonly out: ResponseHeaders = new ResponseHeaders()
  captures: RegExpExecArray | null = null
  slots: (string | undefined)[]
  /** Set by inner redirects: `internal` locations open up, the target no longer stands for the URI. */
  internal = false
  /** False once the URI was rewritten: proxies then send the URI, not the target. */
  uriIsOriginal = true
  inErrorPage = false
  /** Its `post_action` has been started. */
  hasPostAction = false
  /** Its body is larger than a location allowed: nobody reads it. */
  bodyIsRefused = false
  /** A status set by `error_page`, which replaces the one of the answer. */
  forcedStatus = 0
  redirectsLeft: number = redirectLimit
  uriChanged = false
  handlerIndex = 0
  activity: Activity | undefined
  bufferedBody: BufferedBody | undefined
  headSent = false
  /** HEAD, 204, 304: the head is all. */
  headOnly = false
  chunked = false
  finished = false
  /** All has been sent; only requests inside the proxy are still at work. */
  isAnswered = false
  /** Bytes sent, head included, and of the body alone. */
  bytesSent = 0
  bodyBytesSent = 0
  /** Bytes per second, 0 for no limit; undefined until somebody sets it. */
  limitRate: number | undefined
  /** Slows the answer down to `limit_rate`. */
  pacer: Pacer | undefined
  /** What the upstream engine keeps about its attempts. */
  upstream: unknown
  /** `$limit_req_status` and `$limit_conn_status`; undefined until the limits have been asked. */
  limitRequestStatus: string | undefined
  limitConnectionStatus: string | undefined
  #settlers: (() => void)[] | undefined
  /** What the access phase has found so far. */
  access = 0
  /** The rest of a compiled `return` or a redirecting rewrite. */
  returnText: string | undefined
  requestId: string | undefined
  /** Why its head was refused. */
  refusal: HeadError | undefined
  /** Why an upstream failed, for the page of a 502 or 504. */
  failureCause: string | undefined
  /** False after `rewrite ... break`: the location's prefix no longer begins the URI. */
  locationIsValid = true
  /** Set by `try_files` where an `alias` stands for the whole URI: the file it found is below the alias. */
  appendsUriToAlias = false
  /** The answer is an upstream's: it has judged the conditions itself. */
  disablesNotModified = false
  /** The content is a file: parts of it may be asked for. */
  allowsRanges = false
  /** The parts to send instead of the whole, set by the range filter. */
  ranges: readonly FileRange[] | undefined
  /** The first of the location's filters, which change the body; undefined when there are none. */
  filter: BodyFilter | undefined
  #lastFilter: BodyFilter | undefined
  /** The order of the body and what subrequests put into it; undefined as long as there are none. */
  order: OrderedOutput | undefined
  /** Requests made inside the proxy for this one that are not over. */
  subrequests: Set<InnerRequest> | undefined
  /** Compresses the body. */
  encoder: BodyEncoder | undefined
  #endsWhenPaced = false
  #bodyThen: ((request: Request) => void) | undefined

  constructor(
    connection: Connection,
    server: Server,
    head: {
      method: string
      line: string
      target: string
      version: number
      protocol: string
      headers: HeaderFields
      length: number
    },
    body: RequestBody,
    keepAlive: boolean,
    startTime: number,
  ) {
    this.connection = connection
    this.server = server
    this.location = server.root
    this.method = head.method
    this.line = head.line
    this.target = head.target
    this.version = head.version
    this.protocol = head.protocol
    this.headers = head.headers
    this.headLength = head.length
    this.body = body
    this.keepAlive = keepAlive
    this.startTime = startTime
    this.clientAddress = connection.clientAddress
    const slots = connection.service.slots
    this.slots = slots === 0 ? noSlots : Array.from<string | undefined>({ length: slots })
  }

  /** The client's request this one is or belongs to. */
  get main(): Request {
    return this
  }

  /** The handlers of its location. */
  get handlers(): readonly Handler[] {
    return this.location.handlers
  }

  /** The client's port, undefined on sockets of the file system. */
  get clientPort(): number | undefined {
    return this.#clientPort ?? this.connection.socket.remotePort
  }

  set clientPort(port: number | undefined) {
    this.#clientPort = port
  }

  /** The status as logs and variables show it. */
  get status(): number {
    return this.forcedStatus > 0 ? this.forcedStatus : this.out.status
  }

  /** Every value of a request header, joined as one. */
  header(lowerName: string, separator: string = ', '): string | undefined {
    const first = this.headers.indexOf(lowerName)
    if (first === -1) return undefined
    const next = this.headers.indexOf(lowerName, first + 1)
    return next === -1 ? this.headers.value(first) : this.headers.getAll(lowerName).join(separator)
  }

  /** Sends the head: status and fields are final. False when a filter has answered in another way: nothing more is to be sent. */
  sendHead(): boolean {
    if (this.headSent) throw new Error('the head was already sent')
    return writeHead(this)
  }

  /** Sends a piece of the body; false when the client is slow, `activity.onDrain` then tells when to go on. */
  write(chunk: Buffer | string): boolean {
    if (this.headOnly || chunk.length === 0) return true
    return this.filter === undefined ? this.emit(chunk) : this.filter.write(chunk)
  }

  /** Adds a filter behind those the body goes through already; only while the head is made. */
  addFilter(filter: BodyFilter): void {
    if (this.#lastFilter === undefined) this.filter = filter
    else this.#lastFilter.next = filter
    this.#lastFilter = filter
    filter.next = new UnfilteredBody(this)
  }

  /** Takes a piece that has passed the location's filters. */
  emit(chunk: Buffer | string): boolean {
    return this.order === undefined ? this.encode(chunk) : this.order.write(this, chunk)
  }

  /** Takes a piece of the whole answer in its order. */
  encode(chunk: Buffer | string): boolean {
    return this.encoder === undefined ? this.writeEncoded(chunk) : this.encoder.write(chunk)
  }

  /** Sends bytes that need no further change. */
  writeEncoded(chunk: Buffer | string): boolean {
    if (this.chunked) this.sendRaw(`${chunk.length.toString(16)}\r\n`)
    this.bodyBytesSent += chunk.length
    this.sendRaw(chunk)
    if (this.chunked) this.sendRaw('\r\n')
    return this.hasRoom
  }

  /** The body is complete. */
  end(): void {
    if (this.filter === undefined || this.headOnly) this.endFiltered()
    else this.filter.end()
  }

  /** All pieces have passed the location's filters. */
  endFiltered(): void {
    if (this.order === undefined) this.endOrdered()
    else this.order.end(this)
  }

  /** All pieces have been taken in their order. */
  endOrdered(): void {
    if (this.encoder === undefined || this.headOnly) this.endEncoded()
    else this.encoder.end()
  }

  /** All bytes have been sent. */
  endEncoded(): void {
    if (this.chunked && !this.headOnly) {
      let last = '0\r\n'
      this.#readTrailers()
      for (const [name, value] of this.out.trailers ?? []) last += `${name}: ${fieldValue(value)}\r\n`
      this.sendRaw(`${last}\r\n`)
    }
    if (this.pacer?.isHolding === true) this.#endsWhenPaced = true
    else this.connection.finish(this)
  }

  #readTrailers(): void {
    for (const [name, value] of this.out.lateTrailers ?? []) {
      const text = value.read(this)
      if (text !== '') (this.out.trailers ??= []).push([name, text])
    }
  }

  /** Sends an answer that is complete. */
  respond(status: number, body: string | Buffer): void {
    this.out.status = status
    this.out.contentLength = body.length
    if (!this.sendHead()) return
    this.write(body)
    this.end()
  }

  /** The client can take more. */
  onDrain(): void {
    if (this.pacer?.isHolding === true) return
    if (this.encoder === undefined) this.onEncoderDrain()
    else this.encoder.onDrain()
  }

  /** More can be taken of what is in its order. */
  onEncoderDrain(): void {
    if (this.order === undefined) this.resumeBody()
    else this.order.onDrain()
  }

  /** The body of this very request can go on, unless one of its filters holds it back. */
  resumeBody(): void {
    if (this.filter === undefined || this.filter.mayResume()) this.activity?.onDrain?.()
  }

  /** The client has closed its side. */
  onClientEnd(): void {
    if (this.activity?.onAbort !== undefined) this.activity.onAbort()
    else for (const inner of this.subrequests ?? []) inner.onClientEnd()
  }

  /** Puts bytes on the wire, counted. */
  sendRaw(chunk: Buffer | string): void {
    this.bytesSent += chunk.length
    if (this.pacer === undefined) this.connection.send(chunk)
    else this.pacer.push(chunk)
  }

  /** False while writers are to wait: for the client, or for the time to pass. */
  get hasRoom(): boolean {
    return this.pacer?.isHolding !== true && this.connection.hasRoom
  }

  /** The head is about to be sent: from here on `limit_rate` holds. */
  startPacing(): void {
    const { limitRate, limitRateAfter } = this.location.core
    const rate = this.limitRate ?? sizeOf(limitRate, this)
    if (rate > 0) this.pacer = new Pacer(this, rate, sizeOf(limitRateAfter, this))
  }

  onPaced(chunk: Buffer | string): void {
    this.connection.send(chunk)
  }

  onPacerIdle(): void {
    if (this.#endsWhenPaced) this.connection.finish(this)
    else if (this.connection.hasRoom) this.onDrain()
  }

  /** Reads the whole body and goes on with `then`; when the body cannot be had, the request ends with the right status. */
  readBody(then: (request: Request) => void): void {
    if (this.bufferedBody !== undefined) {
      then(this)
      return
    }
    this.#bodyThen = then
    this.bufferedBody = new Body(this.body, this.location.core, this)
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

  /** Calls back when the request is over, whatever way it went. */
  onSettle(callback: () => void): void {
    this.#settlers ??= []
    this.#settlers.push(callback)
  }

  /** It is over: calls who waits for that. */
  settle(): void {
    for (const callback of this.#settlers ?? []) callback()
    this.#settlers = undefined
  }

  /** The status a request made inside the proxy shall end with instead of this one. */
  result(status: number): number {
    return status
  }

  /** All requests made inside the proxy are over; true when the answer has been waiting for that. */
  onInnerEnd(): void {
    if (this.isAnswered) this.connection.finish(this)
  }

  /** Ends the request with a status: its error page, or the built-in one. */
  finalize(status: number): void {
    finalize(this, status)
  }

  /** The answer broke off: the client must notice. */
  abort(): void {
    this.connection.destroy()
  }

  /** Writes to the error log, with what nginx says about the request behind the message. */
  log(level: LogLevel, message: string, upstream?: string): void {
    const { clientAddress } = this
    const log = this.location.core.errorLog ?? this.connection.log
    if (!log.enabled(level)) return
    let text = `${message}, client: ${clientAddress}, server: ${this.server.name}, request: "${this.line}"`
    if (upstream !== undefined) text += `, upstream: "${upstream}"`
    const host = this.headers.get('host')
    if (host !== undefined) text += `, host: "${host}"`
    const referrer = this.headers.get('referer')
    if (referrer !== undefined) text += `, referrer: "${referrer}"`
    log.write(level, logText(text), this.connection.id)
  }
}

const noSlots: (string | undefined)[] = []
