/**
 * A request on its way to an upstream, and its answer on the way back; the same for every protocol.
 *
 *     body read (or not) -> server chosen -> request sent -> head -> body -> over
 *                               ^____________________|
 *                    next server, as long as `*_next_upstream` allows
 *
 * One object per request is the exchange of all its attempts and the activity which the connection of the client tells
 * of its fate; the attempts are counted in attempts.ts, the request's body is sent by request-sender.ts, the answer's is
 * relayed by answer-relay.ts.
 */
import type { HeaderFields, ResponseHead } from '@trivet/http1'
import type { ClientConnection, ClientError, Exchange } from '@trivet/http1/client'
import type { Activity } from '../http/activity.ts'
import type { Request } from '../http/request.ts'
import { copyHead, isIntercepted } from './answer-head.ts'
import { AnswerRelay, type RelayOwner } from './answer-relay.ts'
import { Attempts, type AttemptState } from './attempts.ts'
import { passEarlyHints } from './early-hints.ts'
import { describeFailure, failureOf, type Failure } from './failure.ts'
import type { Flow } from './protocol.ts'
import { RequestSender, type SenderOwner } from './request-sender.ts'
import type { Route } from './route.ts'
import { StoredCopy } from './stored-copy.ts'
import { startTunnel } from './tunnel.ts'

/** A forwarded request. */
export class Forwarding implements Exchange, Activity, SenderOwner, RelayOwner {
  readonly request: Request
  readonly route: Route
  /** Where the request was sent before an inner redirect. */
  readonly earlier: Forwarding | undefined
  answer: ResponseHead | undefined
  readonly #attempts: Attempts
  readonly #sender: RequestSender
  #flow: Flow | undefined
  #isOver = false
  #isAbandoned = false
  /** The file that the answer is kept in. */
  #copy: StoredCopy | undefined
  /** Bytes of early heads. */
  #hintsSize = 0
  /** Once the answer is on its way to the client. */
  #relay: AnswerRelay | undefined

  constructor(request: Request, route: Route) {
    this.request = request
    this.route = route
    this.#attempts = new Attempts(route)
    this.#sender = new RequestSender(this, request, route)
    this.earlier = request.upstream instanceof Forwarding ? request.upstream : undefined
    request.upstream = this
    request.activity = this
  }

  get method(): string {
    return this.route.method
  }

  get states(): readonly AttemptState[] {
    return this.#attempts.states
  }

  /** The attempt under way. */
  get state(): AttemptState | undefined {
    return this.#attempts.state
  }

  /** The body's size; -1 when it will be streamed and is not known. */
  get bodySize(): number {
    return this.#sender.size
  }

  /** Starts: with the whole body when it is to be buffered, else at once. */
  start(): void {
    if (this.#sender.prepare()) this.request.readBody(beginAttempts)
    else this.begin()
  }

  /** Chooses a server and sends the request to it. */
  begin(): void {
    this.answer = undefined
    this.#hintsSize = 0
    this.#sender.restart()
    const peer = this.#attempts.next()
    if (peer === undefined) {
      this.#log('error', 'no live upstreams while connecting to upstream', this.route.group.name)
      this.#finish(502)
      return
    }
    if (this.request.connection.isDebugged) this.#log('debug', `http upstream connect: ${peer.name}`)
    const flow = this.route.poolOf(peer).request(this)
    if (this.#attempts.peer === peer && !this.#isOver) this.#flow = flow
  }

  encode(): string | Buffer {
    const bytes = this.#sender.withFirstBytes(this.route.encode(this))
    this.noteSent(bytes.length)
    return bytes
  }

  onConnected(connection: Flow | ClientConnection): void {
    this.#flow = connection
    this.#attempts.connected()
    this.#sender.sendRest(connection)
  }

  /** For protocols that encode their heads themselves: the body, when it is in memory. */
  sendMemory(flow: Flow): void {
    this.#sender.sendMemory(flow)
  }

  /** The head has been made: so many bytes of it. */
  noteSent(bytes: number): void {
    if (this.state !== undefined) this.state.bytesSent = bytes
  }

  countSent(bytes: number): void {
    if (this.state !== undefined) this.state.bytesSent += bytes
  }

  onDrain(): void {
    // Both sides tell of room: the upstream for the request's body, the client for the answer's.
    this.#relay?.onDrain()
    this.#sender.onDrain()
  }

  onBodyLost(status: number): void {
    this.#abortFlow()
    if (this.request.headSent) this.request.abort()
    else this.request.finalize(status)
  }

  onHead(head: ResponseHead): void {
    if (this.#isOver) return
    if (head.status < 200) {
      if (head.status === 101) this.#onSwitch(head)
      else if (head.status === 103) this.#hintsSize = passEarlyHints(this, head, this.#hintsSize)
      return
    }
    this.answer = head
    this.#attempts.answered(head)
    if (this.request.connection.isDebugged) this.#log('debug', `http upstream answer: ${head.status} "${head.reason}"`)
    const kind = `http_${head.status}`
    if (this.#attempts.mayRetry(kind, this.request.method, this.#sender.isStreamed)) {
      this.#abandon()
      this.#retry(kind)
    } else if (isIntercepted(this, head)) {
      this.#abandon()
      this.#finish(head.status)
    } else this.#pass(head)
  }

  /** Sends the head on; the body follows. */
  #pass(head: ResponseHead): void {
    const { request } = this
    const redirect = copyHead(this, head)
    if (redirect === undefined && request.sendHead()) {
      const { store } = this.route.settings
      if (store !== undefined) this.#copy = StoredCopy.begin(request, store, head)
      this.#relay = new AnswerRelay(this, request, this.route.settings, this.#flow)
      return
    }
    this.#abandon()
    this.#over()
    redirect?.(request)
  }

  /** Lets go of an answer that is not wanted; its connection cannot be used again. */
  #abandon(): void {
    this.#release(true)
    this.#dropFlow()
  }

  #dropFlow(): void {
    const flow = this.#flow
    this.#flow = undefined
    this.#isAbandoned = true
    flow?.abort()
    this.#isAbandoned = false
  }

  onData(chunk: Uint8Array): void {
    if (this.#isOver) return
    const { state } = this
    if (state !== undefined) {
      state.bytesReceived += chunk.length
      state.bodyLength += chunk.length
    }
    this.#copy?.write(chunk)
    this.#relay?.data(chunk as Buffer)
  }

  onTrailers(trailers: HeaderFields): void {
    if (!this.#isOver) this.#relay?.trailers(trailers)
  }

  onEnd(): void {
    if (this.#isOver) return
    this.#flow = undefined
    this.#release(true)
    this.#copy?.keep()
    this.#relay?.end()
  }

  onRelayed(): void {
    this.#over()
    this.request.end()
  }

  onError(error: ClientError): void {
    if (this.#isOver || this.#isAbandoned) return
    this.#fail(failureOf(error), describeFailure(error), error.reused)
  }

  #fail(failure: Failure, message: string, wasReused: boolean): void {
    const { state, request } = this
    this.#flow = undefined
    this.#log('error', message)
    if (state !== undefined && (this.answer === undefined || state.status === 0)) state.status = failure.status
    this.#release(false)
    if (request.headSent) {
      this.#over()
      if (request.headOnly) request.end()
      else request.abort()
      return
    }
    if (wasReused) this.#attempts.excuse()
    if (this.#attempts.mayRetry(failure.kind, request.method, this.#sender.isStreamed)) {
      this.#retry(failure.kind)
      return
    }
    request.failureCause = message
    this.#finish(failure.status)
  }

  #retry(kind: string): void {
    this.#attempts.retry(kind)
    this.begin()
  }

  #release(isGood: boolean): void {
    if (this.#attempts.release(isGood, this.request.headSent)) this.#log('warn', 'upstream server temporarily disabled')
  }

  #over(): void {
    this.#isOver = true
    this.#copy?.drop()
    this.#relay?.stop()
    this.#sender.stop()
    if (this.request.activity === this) this.request.activity = undefined
  }

  #finish(status: number): void {
    this.#over()
    this.request.finalize(status)
  }

  #onSwitch(head: ResponseHead): void {
    const flow = this.#flow
    const { request } = this
    if (request !== request.main) {
      this.#dropFlow()
      this.#fail({ kind: 'invalid_header', status: 502 }, 'connection upgrade in subrequest', false)
      return
    }
    if (!this.route.upgrades || !request.headers.has('upgrade')) {
      this.#passUnasked(head)
      return
    }
    if (flow === undefined) return
    this.#attempts.answered(head)
    this.answer = head
    copyHead(this, head)
    request.keepAlive = false
    if (!request.sendHead()) return
    this.#isOver = true
    startTunnel(this, flow.upgrade())
  }

  /**
   * An answer that switches protocols although nobody asked for it: as from nginx the client gets its head alone. Nothing that
   * follows on either connection could be understood by both sides, so both are closed, at once; nginx waits for the upstream.
   */
  #passUnasked(head: ResponseHead): void {
    this.#log('warn', 'upstream sent an answer that switches protocols, which was not asked for')
    this.request.keepAlive = false
    this.answer = head
    this.#attempts.answered(head)
    this.#pass(head)
    if (this.#isOver) return
    this.#abandon()
    this.#over()
    this.request.end()
  }

  /** The tunnel is closed. */
  tunnelEnded(): void {
    this.#release(true)
  }

  onAbort(): void {
    if (this.#isOver) return
    if (this.route.settings.ignoreClientAbort && !this.request.connection.isClosed) return
    this.#log(
      'info',
      `client prematurely closed connection, so upstream connection is closed too ${this.#attempts.doing}`,
    )
    if (this.state !== undefined && this.answer === undefined) this.state.status = 499
    this.#abortFlow()
    if (!this.request.finished) this.request.finalize(499)
  }

  onFinish(): void {
    if (!this.#isOver) this.#abortFlow()
  }

  #abortFlow(): void {
    const flow = this.#flow
    this.#flow = undefined
    this.#over()
    this.#release(true)
    flow?.abort()
  }

  #log(
    level: 'error' | 'warn' | 'info' | 'debug',
    message: string,
    name: string = this.#attempts.peer?.name ?? '',
  ): void {
    this.request.log(level, message, `${this.route.protocol.scheme}${name}${this.route.logUri}`)
  }
}

function beginAttempts(request: Request): void {
  if (request.upstream instanceof Forwarding) request.upstream.begin()
}
