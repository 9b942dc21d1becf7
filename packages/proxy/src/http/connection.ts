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
import { clientAddressOf, localHostOf, localPortOf } from './addresses.ts'
import { ClientInput } from './client-input.ts'
import { ClientOutput } from './client-output.ts'
import { HeadError, HeadReader } from './head.ts'
import { openRequest, startRequest } from './open-request.ts'
import type { Request } from './request.ts'
import type { RequestBody } from './request-body.ts'
import type { Service } from './service.ts'
import { UnwantedBody } from './unwanted-body.ts'

/** More than this unread of a next request, and the socket is paused. */
const pipelineLimit = 64 * 1024

type State = 'head' | 'request' | 'lingering' | 'tunnel' | 'closed'

const lastChunk = Buffer.from('0\r\n\r\n')
let counter = 0

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
  readonly names: ServerNames<Server>
  readonly #input: ClientInput
  readonly #output: ClientOutput
  readonly #unwanted = new UnwantedBody(this)
  #state: State = 'head'
  readonly #head = new HeadReader()
  #request: Request | undefined
  #isProcessing = false
  #deadline = Number.POSITIVE_INFINITY
  #lingerUntil = Number.POSITIVE_INFINITY
  #hasGrace = false
  #sendTimeout = 60_000
  #tunnel: ((chunk: Buffer) => void) | undefined

  constructor(service: Service, listener: Listener, socket: Socket) {
    this.service = service
    this.listener = listener
    this.socket = socket
    this.#input = new ClientInput(socket)
    this.#output = new ClientOutput(this, socket)
    this.clientAddress = clientAddressOf(listener, socket)
    this.names =
      listener.byAddress.size === 0 ? listener.names : (listener.byAddress.get(this.localHost) ?? listener.names)
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('end', () => this.#onEnd())
    socket.on('error', () => this.#onClosed())
    socket.on('close', () => this.#onClosed())
    socket.on('drain', () => this.#onDrain())
    this.#deadline = Date.now() + this.names.fallback.settings.clientHeaderTimeout
  }

  get log(): ErrorLog {
    return this.service.log
  }

  get localHost(): string {
    return localHostOf(this.listener, this.socket)
  }

  get localPort(): number {
    return localPortOf(this.listener, this.socket)
  }

  /** False when what is written piles up. */
  get hasRoom(): boolean {
    return this.#output.hasRoom
  }

  /** True when the client has gone away or closed its side. */
  get isClosed(): boolean {
    return this.#state === 'closed'
  }

  /** Puts bytes on the wire before this turn of the event loop ends. */
  send(chunk: Buffer | string): void {
    this.#output.send(chunk)
  }

  /** Writes what `send` has collected. */
  flush(): void {
    if (this.#state === 'closed' || !this.#output.write()) return
    const request = this.#request
    if (this.#state === 'request' && request !== undefined && this.#output.isBehind && !this.#readsBody())
      this.#deadline = Date.now() + request.location.core.sendTimeout
    if (this.#output.takeDrain()) this.#goOn()
  }

  #readsBody(): boolean {
    const body = this.#request?.body
    return body !== undefined && !body.isDone && body.hasSink && !body.isPaused
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
    this.#input.append(chunk)
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
      const used = body.take(this.#input.bytes)
      this.#input.consume(used)
      if (!body.isDone) this.#deadline = Date.now() + this.#request.location.core.clientBodyTimeout
      else if (this.#request?.body === body) this.#deadline = Number.POSITIVE_INFINITY
      return used > 0
    }
    if (this.#input.length > pipelineLimit) this.#input.pause()
    return false
  }

  #readHead(): boolean {
    const head = this.#head
    const { settings } = this.names.fallback
    const now = Date.now()
    if (head.length === 0 && !head.hasLine && this.#deadline === Number.POSITIVE_INFINITY)
      this.#deadline = now + settings.clientHeaderTimeout
    let failure: HeadError | undefined
    try {
      if (!head.read(this.#input.bytes, settings)) {
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
    this.#input.consume(failure === undefined ? head.length : this.#input.length)
    this.#startRequest(head, failure, now)
    return true
  }

  #isWaitingForHead = true

  #startRequest(head: HeadReader, failure: HeadError | undefined, now: number): void {
    this.requests++
    this.service.statistics.requests++
    this.#state = 'request'
    const request = openRequest(this, head, failure, now)
    this.#request = request
    startRequest(request)
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
    else this.#unwanted.finish(request.body, Date.now() + request.location.core.lingeringTime)
  }

  /** Whether all of a body seems to have come already. */
  hasWhole(body: RequestBody): boolean {
    const input = this.#input.bytes
    if (body.length >= 0) return input.length >= body.length - body.received
    return input.length >= 5 && input.subarray(-5).equals(lastChunk)
  }

  /** Reads over what has come of a body that nobody wants; the status to answer with when it is malformed, else 0. */
  discardAvailable(request: Request): number {
    const { body } = request
    if (body.isDone || body.hasSink || this.#input.length === 0) return 0
    this.#unwanted.skip(body)
    this.#input.consume(body.take(this.#input.bytes))
    return body.failure
  }

  onUnwantedEnd(): void {
    if (this.#request !== undefined) this.#next(this.#request)
  }

  onUnwantedError(): void {
    this.destroy()
  }

  #next(request: Request): void {
    this.#request = undefined
    this.#hasGrace = false
    this.#sendTimeout = request.location.core.sendTimeout
    this.#state = 'head'
    this.isPipelined = this.#input.length > 0
    this.#isWaitingForHead = true
    if (this.#input.hasEnded && this.#input.length === 0) {
      this.#closeNow()
      return
    }
    this.#deadline = Date.now() + request.location.core.keepaliveTimeout
    this.#input.resume()
    if (this.#input.length > 0 && !this.#isProcessing) this.#process()
  }

  #close(request: Request): void {
    const { core } = request.location
    const mayHaveMore = !request.body.isDone || this.#input.length > 0
    const lingers = core.lingeringClose === 'always' || (core.lingeringClose === 'on' && mayHaveMore)
    this.#input.takeAll()
    if (!lingers || this.#input.hasEnded) {
      this.#closeNow()
      return
    }
    this.flush()
    this.#state = 'lingering'
    this.#lingerUntil = Date.now() + core.lingeringTime
    this.#deadline = Math.min(this.#lingerUntil, Date.now() + core.lingeringTimeout)
    this.#input.resume()
    this.socket.end()
  }

  #closeNow(): void {
    this.flush()
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.socket.destroySoon()
    this.service.remove(this)
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
    this.#input.resume()
    if (this.#input.length > 0 && !this.#isProcessing) this.#process()
    if (this.#input.hasEnded && this.#request?.body.isDone === false) this.#request.body.fail(400)
  }

  /** A body's reader cannot take more now. */
  unwantBody(): void {
    this.#deadline = Number.POSITIVE_INFINITY
    this.#input.pause()
  }

  /** From now on bytes go to `receive` as they come; returns those already read. */
  tunnel(receive: (chunk: Buffer) => void): Buffer {
    this.#state = 'tunnel'
    this.#tunnel = receive
    this.#deadline = Number.POSITIVE_INFINITY
    this.#input.resume()
    return this.#input.takeAll()
  }

  /** Sets the time of the next timeout of a tunnel. */
  expectWithin(milliseconds: number): void {
    this.#deadline = Date.now() + milliseconds
  }

  /** Called by the service's clock. */
  checkDeadline(now: number): void {
    if (now < this.#deadline && now <= this.#unwanted.until) return
    this.#deadline = Number.POSITIVE_INFINITY
    const request = this.#request
    if (this.#state === 'request' && request !== undefined && !request.finished) this.#requestTimeout(request)
    else if (this.#state === 'head' && this.#output.isBehind && !this.#hasGrace) {
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
    this.#input.takeAll()
    this.#startRequest(this.#head, timeout, Date.now())
  }

  #onDrain(): void {
    if (this.#request?.finished === false && !this.#readsBody()) this.#deadline = Number.POSITIVE_INFINITY
    if (this.#output.takeDrain()) this.#goOn()
  }

  #goOn(): void {
    this.#request?.onDrain()
  }

  #onEnd(): void {
    this.#input.hasEnded = true
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

  /** For tunnels: stops and starts the flow from the client. */
  pause(): void {
    this.#input.pause()
  }

  resume(): void {
    this.#input.resume()
  }
}
