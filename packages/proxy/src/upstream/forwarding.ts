/**
 * A request on its way to an upstream, and its answer on the way back; the same for every protocol.
 *
 *     body read (or not) -> server chosen -> request sent -> head -> body -> over
 *                               ^____________________|
 *                    next server, as long as `*_next_upstream` allows
 *
 * Nothing is kept of an answer but what the client has not taken yet: when that is too much the upstream is paused.
 * One object per request is the exchange of all its attempts, the sink of the client's body and the activity which
 * the connection of the client tells of its fate.
 */
import type { ResponseHead } from '@trivet/http1'
import type { ClientConnection, ClientError, Exchange } from '@trivet/http1/client'
import type { BodySink } from '../http/request-body.ts'
import type { Activity, Request } from '../http/request.ts'
import { copyHead } from './answer-head.ts'
import { describeFailure, failureOf, type Failure } from './failure.ts'
import type { Peer, PeerGroup } from './peers.ts'
import type { Flow, Pool, Protocol } from './protocol.ts'
import type { UpstreamSettings } from './settings.ts'
import { startTunnel } from './tunnel.ts'

/** What one attempt came to, as `$upstream_*` show it; times in milliseconds, -1 when it did not come so far. */
export interface AttemptState {
  readonly peer: string
  status: number
  connectTime: number
  headerTime: number
  responseTime: number
  bytesSent: number
  bytesReceived: number
  bodyLength: number
}

/** Where and how a location forwards. */
export interface Route {
  readonly settings: UpstreamSettings
  readonly protocol: Protocol
  readonly group: PeerGroup
  /** The part of the URL behind the server, for log lines. */
  readonly logUri: string
  poolOf(peer: Peer): Pool
  /** The request up to its body. */
  encode(forwarding: Forwarding): string
  /** Changes a Location or Refresh of the answer. */
  readonly rewriteLocation?: (request: Request, location: string) => string
  /** Changes a Set-Cookie of the answer. */
  readonly rewriteCookie?: (request: Request, cookie: string) => string
  /** The method the upstream gets. */
  readonly method: string
  /** Instead of the client's body. */
  readonly body?: Buffer | undefined
  /** What chooses the server besides its turn. */
  readonly key: string
  /** The request may switch protocols. */
  readonly upgrades: boolean
}

const crlf: Buffer = Buffer.from('\r\n')
const lastChunk: Buffer = Buffer.from('0\r\n\r\n')
const filePiece = 64 * 1024

/** A forwarded request. */
export class Forwarding implements Exchange, Activity, BodySink {
  readonly request: Request
  readonly route: Route
  readonly states: AttemptState[] = []
  /** Where the request was sent before an inner redirect. */
  readonly earlier: Forwarding | undefined
  readonly tried: Set<Peer> = new Set()
  answer: ResponseHead | undefined
  peer: Peer | undefined
  #flow: Flow | undefined
  #tries: number
  readonly #startTime = Date.now()
  #attemptStart = 0
  #isSent = false
  #bodyWasStreamed = false
  #isOver = false
  #isPaused = false
  #hasHead = false
  #fileOffset = 0
  #isSendingFile = false

  constructor(request: Request, route: Route) {
    this.request = request
    this.route = route
    this.#tries = Math.max(1, route.group.isSingle ? 1 : route.group.size)
    if (route.settings.nextUpstreamTries > 0) this.#tries = Math.min(this.#tries, route.settings.nextUpstreamTries)
    this.earlier = request.upstream instanceof Forwarding ? request.upstream : undefined
    request.upstream = this
    request.activity = this
  }

  get method(): string {
    return this.route.method
  }

  /** The attempt under way. */
  get state(): AttemptState | undefined {
    return this.states.at(-1)
  }

  /** The body's size; -1 when it will be streamed and is not known. */
  get bodySize(): number {
    const { route, request } = this
    if (route.body !== undefined) return route.body.length
    if (!route.settings.passRequestBody) return 0
    return request.bufferedBody?.size ?? request.body.length
  }

  /** Starts: with the whole body when it is to be buffered, else at once. */
  start(): void {
    const { settings, protocol } = this.route
    const { body } = this.request
    const streams = !settings.requestBuffering && (body.length >= 0 || protocol.canStreamUnknown)
    this.#bodyWasStreamed = streams && !(body.isDone && body.length === 0) && !this.request.connection.hasWhole(body)
    if (this.#bodyWasStreamed) {
      body.limit = this.request.location.core.clientMaxBodySize
      this.#nextPeer()
    } else if (body.isDone && body.length === 0 && !body.isAwaitingContinue) this.#nextPeer()
    else this.request.readBody(beginAttempts)
  }

  /** Chooses a server and sends the request to it. */
  begin(): void {
    this.#nextPeer()
  }

  #nextPeer(): void {
    const { group } = this.route
    const peer = group.next(this.tried, this.route.key)
    this.peer = peer
    this.answer = undefined
    this.#isSent = false
    this.#isSendingFile = false
    this.#fileOffset = 0
    if (peer === undefined) {
      this.#log('error', 'no live upstreams while connecting to upstream', group.name)
      this.states.push({
        peer: group.name,
        status: 502,
        connectTime: -1,
        headerTime: -1,
        responseTime: 0,
        bytesSent: 0,
        bytesReceived: 0,
        bodyLength: 0,
      })
      this.#finish(502)
      return
    }
    this.tried.add(peer)
    peer.connections++
    this.#attemptStart = Date.now()
    this.states.push({
      peer: peer.name,
      status: 0,
      connectTime: -1,
      headerTime: -1,
      responseTime: -1,
      bytesSent: 0,
      bytesReceived: 0,
      bodyLength: 0,
    })
    const flow = this.route.poolOf(peer).request(this)
    if (this.peer === peer && !this.#isOver) this.#flow = flow
  }

  encode(): string | Buffer {
    const head = this.route.encode(this)
    const body =
      this.route.body ??
      (this.route.settings.passRequestBody ? (this.request.bufferedBody?.memory ?? this.#firstPieces()) : undefined)
    const state = this.state
    const size = head.length + (body?.length ?? 0)
    if (state !== undefined) state.bytesSent = size
    if (body === undefined || body.length === 0) return head
    const whole = Buffer.allocUnsafe(size)
    whole.write(head, 0, 'latin1')
    whole.set(body, head.length)
    return whole
  }

  /** What has come of a body that is streamed: it leaves in one write with the head. */
  #firstPieces(): Buffer | undefined {
    if (!this.#bodyWasStreamed) return undefined
    this.#isCollecting = true
    this.request.body.read(this)
    this.#isCollecting = false
    return this.#takePending()
  }

  /** The pieces of the body that wait to be written, framed as the upstream needs them. */
  #takePending(): Buffer {
    const pieces = this.#pending
    this.#pending = []
    if (this.request.body.length >= 0)
      return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const chunk = size === 0 ? [] : [Buffer.from(`${size.toString(16)}\r\n`), ...pieces, crlf]
    return Buffer.concat(this.#hasBodyEnd ? [...chunk, lastChunk] : chunk)
  }

  #pending: Buffer[] = []
  #isCollecting = false
  #hasBodyEnd = false

  onConnected(connection: Flow | ClientConnection): void {
    this.#flow = connection
    this.#isSent = true
    const state = this.state
    if (state !== undefined && state.connectTime === -1) state.connectTime = Date.now() - this.#attemptStart
    if (this.#bodyWasStreamed && this.route.body === undefined && this.route.settings.passRequestBody) {
      if (this.#hasBodyEnd) connection.endBody()
      else if (this.request.body.hasSink) this.request.body.resume()
      else this.request.body.read(this)
    } else if (
      this.request.bufferedBody?.file !== undefined &&
      this.route.body === undefined &&
      this.route.settings.passRequestBody
    )
      this.#sendFile()
    else connection.endBody()
  }

  /** For protocols that encode their heads themselves: the body, when it is in memory. */
  sendMemory(flow: Flow): void {
    const body =
      this.route.body ?? (this.route.settings.passRequestBody ? this.request.bufferedBody?.memory : undefined)
    if (body === undefined || body.length === 0) return
    this.#countSent(body.length)
    flow.write(body)
  }

  /** The head has been made: so many bytes of it. */
  noteSent(bytes: number): void {
    const state = this.state
    if (state !== undefined) state.bytesSent = bytes
  }

  #sendFile(): void {
    const body = this.request.bufferedBody
    if (body === undefined) return
    this.#isSendingFile = true
    while (this.#fileOffset < body.size) {
      const piece = body.readFile(this.#fileOffset, filePiece)
      this.#fileOffset += piece.length
      this.#countSent(piece.length)
      if (this.#flow?.write(piece) === false) return
    }
    this.#isSendingFile = false
    this.#flow?.endBody()
  }

  #countSent(bytes: number): void {
    const state = this.state
    if (state !== undefined) state.bytesSent += bytes
  }

  onDrain(): void {
    // Both sides tell of room: the upstream for the request's body, the client for the answer's.
    if (this.#isPaused && this.request.connection.hasRoom) {
      this.#isPaused = false
      this.#flow?.resume()
    }
    if (this.#isOver) return
    if (this.#bodyWasStreamed) this.request.body.resume()
    else if (this.#isSendingFile) this.#sendFile()
  }

  onBodyData(chunk: Buffer): void {
    if (!this.#isOver) this.#pending.push(chunk)
  }

  onBodyFlush(): void {
    if (this.#isOver || this.#isCollecting || this.#flow === undefined || this.#pending.length === 0) return
    const data = this.#takePending()
    this.#countSent(data.length)
    if (!this.#flow.write(data)) this.request.body.pause()
  }

  onBodyEnd(): void {
    if (this.#isOver) return
    this.#hasBodyEnd = true
    if (this.#isCollecting || this.#flow === undefined) return
    const data = this.#takePending()
    this.#countSent(data.length)
    if (data.length > 0) this.#flow.write(data)
    this.#flow.endBody()
  }

  onBodyError(status: number): void {
    if (this.#isOver) return
    this.#abortFlow()
    if (this.request.headSent) this.request.abort()
    else this.request.finalize(status)
  }

  onHead(head: ResponseHead): void {
    if (this.#isOver) return
    if (head.status < 200) {
      if (head.status === 101 && this.route.upgrades) this.#upgrade(head)
      else if (head.status === 101)
        this.#fail(
          { kind: 'invalid_header', status: 502 },
          'upstream sent an answer that switches protocols, which was not asked for, while reading response header from upstream',
        )
      return
    }
    const { request, route, state } = this
    this.answer = head
    this.#hasHead = true
    if (state !== undefined) {
      state.status = head.status
      state.headerTime = Date.now() - this.#attemptStart
      state.bytesReceived += head.byteLength
    }
    const kind = `http_${head.status}`
    if (route.settings.nextUpstream.has(kind) && this.#tries > 1 && this.#mayRetry(kind)) {
      this.#abandon()
      this.#retry(kind)
      return
    }
    if (
      head.status >= 300 &&
      route.settings.interceptErrors &&
      request.location.core.errorPages.some((page) => page.status === head.status)
    ) {
      if (head.status === 401)
        for (const challenge of head.headers.getAll('www-authenticate')) request.out.add('WWW-Authenticate', challenge)
      this.#abandon()
      this.#finish(head.status)
      return
    }
    const redirect = copyHead(this, head)
    if (redirect !== undefined) {
      this.#abandon()
      this.#over()
      redirect(request)
      return
    }
    if (request.sendHead()) return
    this.#abandon()
    this.#over()
  }

  /** Lets go of an answer that is not wanted; its connection cannot be used again. */
  #abandon(): void {
    const flow = this.#flow
    this.#flow = undefined
    this.#release(true)
    this.#isAbandoned = true
    flow?.abort()
    this.#isAbandoned = false
  }

  #isAbandoned = false

  onData(chunk: Uint8Array): void {
    if (this.#isOver) return
    const { state, request } = this
    if (state !== undefined) {
      state.bytesReceived += chunk.length
      state.bodyLength += chunk.length
    }
    if (request.finished || request.write(chunk as Buffer)) return
    this.#isPaused = true
    this.#flow?.pause()
  }

  onEnd(): void {
    if (this.#isOver) return
    this.#flow = undefined
    this.#release(true)
    this.#over()
    this.request.end()
  }

  onError(error: ClientError): void {
    if (this.#isOver || this.#isAbandoned) return
    const failure = failureOf(error)
    this.#fail(failure, describeFailure(error), error)
  }

  #fail(failure: Failure, message: string, error?: ClientError): void {
    const { state, request } = this
    this.#flow = undefined
    this.#log('error', message)
    if (state !== undefined && (!this.#hasHead || state.status === 0)) state.status = failure.status
    this.#release(false)
    if (request.headSent) {
      this.#over()
      if (request.headOnly) request.end()
      else request.abort()
      return
    }
    if (error?.reused === true) this.#tries++
    if (this.route.settings.nextUpstream.has(failure.kind) && this.#tries > 1 && this.#mayRetry(failure.kind)) {
      if (error?.reused === true && this.peer !== undefined) this.tried.delete(this.peer)
      this.#retry(failure.kind)
      return
    }
    request.failureCause = message
    this.#finish(failure.status)
  }

  #mayRetry(kind: string): boolean {
    const { nextUpstream, nextUpstreamTimeout } = this.route.settings
    const { method } = this.request
    if (nextUpstream.has('off')) return false
    if (
      this.#isSent &&
      (method === 'POST' || method === 'LOCK' || method === 'PATCH') &&
      !nextUpstream.has('non_idempotent')
    )
      return false
    if (this.#isSent && this.#bodyWasStreamed && kind !== '') return false
    return nextUpstreamTimeout === 0 || Date.now() - this.#startTime < nextUpstreamTimeout
  }

  #retry(kind: string): void {
    this.#tries--
    this.#hasHead = false
    const { peer, route } = this
    if (peer !== undefined && kind !== 'http_403' && kind !== 'http_404') route.group.failed(peer)
    this.#nextPeer()
  }

  /** The attempt is over: its server is free again. */
  #release(isGood: boolean): void {
    const { peer, state } = this
    if (peer === undefined || state === undefined || state.responseTime !== -1) return
    state.responseTime = Date.now() - this.#attemptStart
    peer.connections--
    if (isGood) this.route.group.succeeded(peer)
    else if (this.#tries <= 1 || this.request.headSent) {
      if (this.route.group.failed(peer)) this.#log('warn', 'upstream server temporarily disabled')
    }
  }

  #over(): void {
    this.#isOver = true
    if (this.request.activity === this) this.request.activity = undefined
  }

  #finish(status: number): void {
    this.#over()
    this.request.finalize(status)
  }

  #upgrade(head: ResponseHead): void {
    const flow = this.#flow
    if (flow === undefined) return
    const { state } = this
    if (state !== undefined) {
      state.status = 101
      state.headerTime = Date.now() - this.#attemptStart
      state.bytesReceived += head.byteLength
    }
    this.answer = head
    copyHead(this, head)
    this.request.keepAlive = false
    if (!this.request.sendHead()) return
    this.#isOver = true
    startTunnel(this, flow.upgrade())
  }

  /** The tunnel is closed. */
  tunnelEnded(): void {
    this.#release(true)
  }

  onAbort(): void {
    if (this.#isOver) return
    if (this.route.settings.ignoreClientAbort && !this.request.connection.isClosed) return
    const when = this.#hasHead
      ? 'while reading upstream'
      : this.#isSent
        ? 'while sending request to upstream'
        : 'while connecting to upstream'
    this.#log('info', `client prematurely closed connection, so upstream connection is closed too ${when}`)
    if (this.state !== undefined && !this.#hasHead) this.state.status = 499
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

  #log(level: 'error' | 'warn' | 'info', message: string, name: string = this.peer?.name ?? ''): void {
    this.request.log(level, message, `${this.route.protocol.scheme}${name}${this.route.logUri}`)
  }
}

function beginAttempts(request: Request): void {
  if (request.upstream instanceof Forwarding) request.upstream.begin()
}
