/**
 * One client connection (RFC 9112 section 9): requests are read one after the other, also when they arrive together,
 * and all that is written during one turn of the event loop leaves in one write.
 *
 *     head -> (request under way: body on demand) -> finished -> head ... -> lingering -> closed
 *
 * After an answer the unread rest of a request's body is read and dropped; when the connection is to close although more
 * may come, it lingers (nginx's `lingering_close`): a reset would take the answer away from the client.
 */
import type { Socket } from 'node:net'
import type { Listener, Server } from '../model/config.ts'
import type { ServerNames } from '../model/server-names.ts'
import type { ErrorLog } from '../process/error-log.ts'
import { finalize, run } from './engine.ts'
import { HeadError, HeadReader } from './head.ts'
import { admit } from './admission.ts'
import { Request } from './request.ts'
import { RequestBody, type BodySink } from './request-body.ts'
import type { Service } from './service.ts'

/** More than this unsent, and writers are asked to wait. */
const highWaterMark = 128 * 1024
/** More than this unread of a next request, and the socket is paused. */
const pipelineLimit = 64 * 1024

type State = 'head' | 'request' | 'lingering' | 'tunnel' | 'closed'

const nothing: Buffer = Buffer.alloc(0)
const lastChunk = Buffer.from('0\r\n\r\n')
let counter = 0
let dirty: Connection[] = []

function flushAll(): void {
  const connections = dirty
  dirty = []
  for (const connection of connections) connection.flush()
}

/** Drops what a handler did not want to read. */
class Discard implements BodySink {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  onBodyData(): void {}

  onBodyEnd(): void {
    this.#connection.bodyDiscarded()
  }

  onBodyError(): void {
    this.#connection.discardFailed()
  }
}

/** A connection of a client. */
export class Connection {
  readonly id: number = ++counter
  readonly service: Service
  readonly listener: Listener
  readonly clientAddress: string
  /** Requests so far, the current one included. */
  requests = 0
  readonly startTime: number = Date.now()
  /** True when the current request was waiting behind another one. */
  isPipelined = false
  readonly socket: Socket
  #names: ServerNames<Server>
  #state: State = 'head'
  #input: Buffer = nothing
  #head = new HeadReader()
  #request: Request | undefined
  #output: (Buffer | string)[] = []
  #outputSize = 0
  #isDirty = false
  #isProcessing = false
  #isReadPaused = false
  #wantsDrain = false
  #deadline = Number.POSITIVE_INFINITY
  #lingerUntil = Number.POSITIVE_INFINITY
  #sawEnd = false
  #hasGrace = false
  #sendTimeout = 60_000
  #waitsForDiscard = false
  #tunnel: ((chunk: Buffer) => void) | undefined

  constructor(service: Service, listener: Listener, socket: Socket) {
    this.service = service
    this.listener = listener
    this.socket = socket
    this.clientAddress = 'path' in listener.spec.address ? 'unix:' : (socket.remoteAddress ?? '')
    if (this.clientAddress.startsWith('::ffff:')) this.clientAddress = this.clientAddress.slice(7)
    this.#names =
      listener.byAddress.size === 0 ? listener.names : (listener.byAddress.get(this.localHost) ?? listener.names)
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('end', () => this.#onEnd())
    socket.on('error', () => this.#onClosed())
    socket.on('close', () => this.#onClosed())
    socket.on('drain', () => this.#onDrain())
    this.#awaitHead()
  }

  get log(): ErrorLog {
    return this.service.log
  }

  get localHost(): string {
    const { address } = this.listener.spec
    if ('path' in address) return `unix:${address.path}`
    const host = this.socket.localAddress ?? address.host
    return host.startsWith('::ffff:') ? host.slice(7) : host
  }

  get localPort(): number {
    const { address } = this.listener.spec
    return 'path' in address ? 0 : (this.socket.localPort ?? address.port)
  }

  get names(): ServerNames<Server> {
    return this.#names
  }

  /** Bytes that have come and nobody has read. */
  get unread(): number {
    return this.#input.length
  }

  /** False when what is written piles up. */
  get hasRoom(): boolean {
    if (this.#outputSize + this.socket.writableLength < highWaterMark) return true
    this.#wantsDrain = true
    return false
  }

  /** True when the client has gone away or closed its side. */
  get isClosed(): boolean {
    return this.#state === 'closed'
  }

  /** Puts bytes on the wire before this turn of the event loop ends. */
  send(chunk: Buffer | string): void {
    this.#output.push(chunk)
    this.#outputSize += chunk.length
    if (this.#isDirty) return
    this.#isDirty = true
    if (dirty.push(this) === 1) process.nextTick(flushAll)
  }

  /** Writes what `send` has collected. */
  flush(): void {
    this.#isDirty = false
    const output = this.#output
    if (output.length === 0 || this.#state === 'closed') return
    this.#output = []
    const size = this.#outputSize
    this.#outputSize = 0
    const whole = joined(output, size)
    if (whole !== undefined) this.#write(whole)
    else {
      this.socket.cork()
      for (const chunk of output) this.#write(chunk)
      this.socket.uncork()
    }
    const request = this.#request
    if (this.#state === 'request' && request !== undefined && this.socket.writableLength > 0 && !this.#readsBody()) {
      this.#deadline = Date.now() + request.location.core.sendTimeout
    }
    if (this.#wantsDrain && this.socket.writableLength < highWaterMark) this.#onDrain()
  }

  #readsBody(): boolean {
    const body = this.#request?.body
    return body !== undefined && !body.isDone && body.hasSink && !body.isPaused
  }

  #write(chunk: Buffer | string): void {
    if (typeof chunk === 'string') this.socket.write(chunk, 'latin1')
    else this.socket.write(chunk)
  }

  #onData(chunk: Buffer): void {
    if (this.#tunnel !== undefined) {
      this.#tunnel(chunk)
      return
    }
    if (this.#state === 'lingering') {
      this.#deadline = Math.min(this.#lingerUntil, Date.now() + (this.#request?.location.core.lingeringTimeout ?? 5000))
      return
    }
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk])
    this.#process()
  }

  #process(): void {
    if (this.#isProcessing) return
    this.#isProcessing = true
    try {
      while (this.#step());
    } finally {
      this.#isProcessing = false
    }
  }

  /** One request or one piece of a body; false when there is nothing more to do now. */
  #step(): boolean {
    if (this.#state === 'head') return this.#input.length > 0 && this.#readHead()
    if (this.#state !== 'request' || this.#request === undefined || this.#input.length === 0) return false
    const { body } = this.#request
    if (!body.isDone && body.hasSink && !body.isPaused) {
      const used = body.take(this.#input)
      this.#input = used === this.#input.length ? nothing : this.#input.subarray(used)
      if (!body.isDone) this.#deadline = Date.now() + this.#request.location.core.clientBodyTimeout
      else if (this.#request?.body === body) this.#deadline = Number.POSITIVE_INFINITY
      return used > 0
    }
    if (this.#input.length > pipelineLimit) this.#pauseReading()
    return false
  }

  #readHead(): boolean {
    const head = this.#head
    const { settings } = this.#names.fallback
    const now = Date.now()
    if (head.length === 0 && !head.hasLine && this.#deadline === Number.POSITIVE_INFINITY)
      this.#deadline = now + settings.clientHeaderTimeout
    let failure: HeadError | undefined
    try {
      if (!head.read(this.#input, settings)) {
        if (this.requests > 0 || this.#isWaitingForHead) {
          this.#isWaitingForHead = false
          this.#deadline = now + settings.clientHeaderTimeout
        }
        return false
      }
    } catch (error) {
      if (!(error instanceof HeadError)) throw error
      failure = error
    }
    this.#isWaitingForHead = false
    this.#deadline = Number.POSITIVE_INFINITY
    this.#input =
      failure !== undefined || head.length === this.#input.length ? nothing : this.#input.subarray(head.length)
    this.#startRequest(head, failure, now)
    return true
  }

  #isWaitingForHead = true

  #startRequest(head: HeadReader, failure: HeadError | undefined, now: number): void {
    this.requests++
    this.service.statistics.requests++
    this.#state = 'request'
    const admission = failure === undefined ? admit(head, this.#names) : undefined
    const problem = failure ?? admission?.failure
    const length = problem === undefined ? (admission?.bodyLength ?? 0) : 0
    const body = new RequestBody(this, length, admission?.expectsContinue ?? false)
    const server = admission?.server ?? this.#names.fallback
    const request = new Request(this, server, head, body, admission?.keepAlive ?? false, now)
    this.#request = request
    if (admission !== undefined) {
      request.host = admission.host
      request.port = admission.port
      request.uri = admission.uri
      request.args = admission.args
      admission.bindHost?.(request)
    }
    head.reset()
    if (problem !== undefined) {
      request.keepAlive = false
      request.log('info', problem.message)
      finalize(request, problem.status)
      return
    }
    if (this.service.draining) request.keepAlive = false
    run(request)
  }

  /** The answer to the request has been sent (or `isBroken`: will not be). */
  finish(request: Request, isBroken: boolean = false): void {
    if (request.finished) return
    request.finished = true
    request.activity?.onFinish?.()
    request.activity = undefined
    for (const log of request.location.logs) log(request)
    request.bufferedBody?.dispose()
    request.encoder?.dispose()
    if (this.#state === 'closed') return
    this.#deadline = Number.POSITIVE_INFINITY
    const { core } = request.location
    if (isBroken) {
      this.#closeNow()
      return
    }
    if (!request.keepAlive || core.keepaliveTimeout === 0 || this.service.draining) {
      this.#close(request)
      return
    }
    if (request.body.isDone) this.#next(request)
    else if (request.body.isAwaitingContinue && this.#input.length === 0) this.#close(request)
    else this.#discard(request)
  }

  #discard(request: Request): void {
    this.#waitsForDiscard = true
    this.#lingerUntil = Date.now() + request.location.core.lingeringTime
    request.body.limit = 0
    request.body.read(new Discard(this))
  }

  /** Whether all of a body seems to have come already. */
  hasWhole(body: RequestBody): boolean {
    const input = this.#input
    if (body.length >= 0) return input.length >= body.length - body.received
    return input.length >= 5 && input.subarray(-5).equals(lastChunk)
  }

  /** Reads over what has come of a body that nobody wants; the status to answer with when it is malformed, else 0. */
  discardAvailable(request: Request): number {
    const { body } = request
    if (body.isDone || body.hasSink || this.#input.length === 0) return 0
    body.skip(new Discard(this))
    const used = body.take(this.#input)
    this.#input = used === this.#input.length ? nothing : this.#input.subarray(used)
    return body.failure
  }

  /** The unwanted rest of a body has been read. */
  bodyDiscarded(): void {
    if (!this.#waitsForDiscard || this.#request === undefined) return
    this.#waitsForDiscard = false
    this.#next(this.#request)
  }

  #next(request: Request): void {
    this.#request = undefined
    this.#hasGrace = false
    this.#sendTimeout = request.location.core.sendTimeout
    this.#state = 'head'
    this.isPipelined = this.#input.length > 0
    this.#isWaitingForHead = true
    if (this.#sawEnd && this.#input.length === 0) {
      this.#closeNow()
      return
    }
    this.#deadline = Date.now() + request.location.core.keepaliveTimeout
    this.#resumeReading()
    if (this.#input.length > 0 && !this.#isProcessing) this.#process()
  }

  #close(request: Request): void {
    const { core } = request.location
    const mayHaveMore = !request.body.isDone || this.#input.length > 0
    const lingers = core.lingeringClose === 'always' || (core.lingeringClose === 'on' && mayHaveMore)
    this.#input = nothing
    if (!lingers || this.#sawEnd) {
      this.#closeNow()
      return
    }
    this.flush()
    this.#state = 'lingering'
    this.#lingerUntil = Date.now() + core.lingeringTime
    this.#deadline = Math.min(this.#lingerUntil, Date.now() + core.lingeringTimeout)
    this.#resumeReading()
    this.socket.end()
  }

  #closeNow(): void {
    this.flush()
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.socket.destroySoon()
    this.service.remove(this)
  }

  /** The rest of a body is malformed: after an answer that ends the connection, before it the answer says so. */
  discardFailed(): void {
    if (this.#waitsForDiscard) this.destroy()
  }

  /** Closes a connection between two requests. */
  closeIfIdle(): void {
    if (this.#state === 'head' && this.#input.length === 0) this.#closeNow()
  }

  /** Breaks the connection. */
  destroy(): void {
    this.flush()
    this.socket.destroySoon()
    this.#onClosed()
  }

  /** A body is to be read: go on reading. */
  wantBody(): void {
    const core = this.#request?.location.core
    if (core !== undefined && this.#request?.finished !== true) this.#deadline = Date.now() + core.clientBodyTimeout
    this.#resumeReading()
    if (this.#input.length > 0 && !this.#isProcessing) this.#process()
    if (this.#sawEnd && this.#request?.body.isDone === false) this.#request.body.fail(400)
  }

  /** A body's reader cannot take more now. */
  unwantBody(): void {
    this.#deadline = Number.POSITIVE_INFINITY
    this.#pauseReading()
  }

  /** From now on bytes go to `receive` as they come; returns those already read. */
  tunnel(receive: (chunk: Buffer) => void): Buffer {
    this.#state = 'tunnel'
    this.#tunnel = receive
    this.#deadline = Number.POSITIVE_INFINITY
    const rest = this.#input
    this.#input = nothing
    this.#resumeReading()
    return rest
  }

  /** Sets the time of the next timeout of a tunnel. */
  expectWithin(milliseconds: number): void {
    this.#deadline = Date.now() + milliseconds
  }

  /** Called by the service's clock. */
  checkDeadline(now: number): void {
    if (now < this.#deadline && !(this.#waitsForDiscard && now > this.#lingerUntil)) return
    this.#deadline = Number.POSITIVE_INFINITY
    const request = this.#request
    if (this.#state === 'request' && request !== undefined && !request.finished) this.#requestTimeout(request)
    else if (this.#state === 'head' && this.socket.writableLength > 0 && !this.#hasGrace) {
      // The last answer is still on its way to a slow client: it gets the time for that once.
      this.#hasGrace = true
      this.#deadline = now + this.#sendTimeout
    } else if (this.#state === 'head' && (this.#input.length > 0 || this.requests === 0)) this.#headTimeout()
    else this.destroy()
  }

  #requestTimeout(request: Request): void {
    if (this.#readsBody() && !request.headSent) {
      request.log('info', 'client timed out (110: Connection timed out) while reading client request body')
      request.keepAlive = false
      request.body.fail(408)
      return
    }
    request.log('info', 'client timed out (110: Connection timed out) while sending to client')
    this.destroy()
  }

  #headTimeout(): void {
    this.log.write(
      'info',
      `client timed out (110: Connection timed out) while reading client request line, client: ${this.clientAddress}, server: ${this.listener.spec.text}`,
      this.id,
    )
    if (this.#input.length === 0) {
      this.#closeNow()
      return
    }
    const timeout = new HeadError(408, 'client timed out')
    this.#input = nothing
    this.#startRequest(this.#head, timeout, Date.now())
  }

  #onDrain(): void {
    this.#deadline = this.#request?.finished === false && !this.#readsBody() ? Number.POSITIVE_INFINITY : this.#deadline
    if (!this.#wantsDrain) return
    this.#wantsDrain = false
    this.#request?.onDrain()
  }

  #onEnd(): void {
    this.#sawEnd = true
    const request = this.#request
    if (this.#state === 'request' && request !== undefined) {
      if (!request.body.isDone && request.body.hasSink && !request.body.isPaused) {
        request.log('info', 'client prematurely closed connection')
        request.keepAlive = false
        request.body.fail(400)
      } else if (request.activity?.onAbort !== undefined) request.activity.onAbort()
      return
    }
    if (this.#state === 'tunnel') {
      request?.activity?.onAbort?.()
      return
    }
    this.#closeNow()
  }

  #onClosed(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.socket.destroy()
    const request = this.#request
    if (request !== undefined && !request.finished) {
      if (!request.body.isDone) request.body.fail(499)
      if (request.out.status === 0) request.out.status = 499
      request.activity?.onAbort?.()
      this.finish(request)
    }
    this.service.remove(this)
  }

  #awaitHead(): void {
    this.#deadline = Date.now() + this.#names.fallback.settings.clientHeaderTimeout
  }

  #pauseReading(): void {
    if (this.#isReadPaused) return
    this.#isReadPaused = true
    this.socket.pause()
  }

  #resumeReading(): void {
    if (!this.#isReadPaused) return
    this.#isReadPaused = false
    this.socket.resume()
  }

  /** For tunnels: stops and starts the flow from the client. */
  pause(): void {
    this.#pauseReading()
  }

  resume(): void {
    this.#resumeReading()
  }
}

/** Small output as one piece, so that it is one write; undefined when it is too large to copy. */
function joined(output: readonly (Buffer | string)[], size: number): Buffer | string | undefined {
  const [first] = output
  if (output.length === 1) return first
  if (output.every((chunk) => typeof chunk === 'string')) return output.join('')
  if (size > highWaterMark) return undefined
  const whole = Buffer.allocUnsafe(size)
  let at = 0
  for (const chunk of output) {
    if (typeof chunk === 'string') at += whole.write(chunk, at, 'latin1')
    else at += chunk.copy(whole, at)
  }
  return whole
}
