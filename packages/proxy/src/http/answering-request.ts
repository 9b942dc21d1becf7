/**
 * A request while it is answered. A body goes
 *
 *     write -> the location's filters -> emit -> its place among subrequests -> encode -> compressor -> writeEncoded
 *           -> chunks -> sendRaw -> `limit_rate` -> the connection
 *
 * and what is not there costs nothing. Each step answers whether its writer may go on; if not, room is told the way back:
 * onDrain -> onEncoderDrain -> resumeBody -> the activity.
 */
import type { Activity } from './activity.ts'
import type { BodyEncoder } from './body-encoder.ts'
import { UnfilteredBody, type BodyFilter } from './body-filter.ts'
import type { OrderedOutput } from './ordered-output.ts'
import type { Pacer, PacerOwner } from './pacer.ts'
import type { FileRange } from './ranges.ts'
import { ResponseHeaders } from './response-headers.ts'
import { RoutedRequest } from './routed-request.ts'

/** The answer of a request, as far as it has come. */
export abstract class AnsweringRequest extends RoutedRequest implements PacerOwner {
  readonly out: ResponseHeaders = new ResponseHeaders()
  /** A status set by `error_page`, which replaces the one of the answer. */
  forcedStatus = 0
  activity: Activity | undefined
  headSent = false
  /** HEAD, 204, 304: the head is all. */
  headOnly = false
  chunked = false
  /** Bytes sent, head included, and of the body alone. */
  bytesSent = 0
  bodyBytesSent = 0
  /** Bytes per second, 0 for no limit; undefined until somebody sets it. */
  limitRate: number | undefined
  /** Slows the answer down to `limit_rate`. */
  pacer: Pacer | undefined
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
  /** Compresses the body. */
  encoder: BodyEncoder | undefined
  #endsWhenPaced = false

  /** Sends the head: status and fields are final. False when a filter has answered in another way: nothing more is to be sent. */
  abstract sendHead(): boolean

  /** The chunk that ends a chunked body, with its trailers. */
  protected abstract lastChunk(): string

  /** All of the answer has been handed to the connection. */
  protected abstract onSent(): void

  /** The status as logs and variables show it. */
  get status(): number {
    return this.forcedStatus > 0 ? this.forcedStatus : this.out.status
  }

  /** Sends an answer that is complete. */
  respond(status: number, body: string | Buffer): void {
    this.out.status = status
    this.out.contentLength = body.length
    if (!this.sendHead()) return
    this.write(body)
    this.end()
  }

  /** Adds a filter behind those the body goes through already; only while the head is made. */
  addFilter(filter: BodyFilter): void {
    if (this.#lastFilter === undefined) this.filter = filter
    else this.#lastFilter.next = filter
    this.#lastFilter = filter
    filter.next = new UnfilteredBody(this)
  }

  /** Sends a piece of the body; false when the client is slow, `activity.onDrain` then tells when to go on. */
  write(chunk: Buffer | string): boolean {
    if (this.headOnly || chunk.length === 0) return true
    return this.filter === undefined ? this.emit(chunk) : this.filter.write(chunk)
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

  /** Puts bytes on the wire, counted. */
  sendRaw(chunk: Buffer | string): void {
    this.bytesSent += chunk.length
    if (this.pacer === undefined) this.connection.send(chunk)
    else this.pacer.push(chunk)
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
    if (this.chunked && !this.headOnly) this.sendRaw(this.lastChunk())
    if (this.pacer?.isHolding === true) this.#endsWhenPaced = true
    else this.onSent()
  }

  /** False while writers are to wait: for the client, or for the time to pass. */
  get hasRoom(): boolean {
    return this.pacer?.isHolding !== true && this.connection.hasRoom
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

  onPaced(chunk: Buffer | string): void {
    this.connection.send(chunk)
  }

  onPacerIdle(): void {
    if (this.#endsWhenPaced) this.onSent()
    else if (this.connection.hasRoom) this.onDrain()
  }
}
