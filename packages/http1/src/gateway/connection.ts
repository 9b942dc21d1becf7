/**
 * One connection of the front:
 *
 *     idle ─head→ received ─(all the body that is here)→ running ─end→ answered ─(body over)→ idle
 *                                                                         └─(not kept alive)→ closing
 *
 * Whatever one read brought is worked off before anything is written: a body that came with its head is whole when the
 * application is called, and the answers to pipelined requests leave together. The application of the next request is
 * not called before the answer to this one has ended.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Application } from '@trivet/gateway'
import { Disconnect, emptyInput, run, type InputSource } from '@trivet/gateway/server'
import { Http1Error } from '../codec/error.ts'
import { RequestParser } from '../codec/request-parser.ts'
import { statusLine } from '../codec/writer.ts'
import { Deadline } from '../socket/deadline.ts'
import { makeEnviron, surroundingsOf, type Surroundings } from './environ.ts'
import { Incoming } from './incoming.ts'
import { ownFields } from './own-fields.ts'
import type { Settings } from './options.ts'
import { errorAnswer } from './error-answer.ts'
import { WireResponse, type ResponseOwner } from './wire-response.ts'
import { Wire } from './wire.ts'

/** What a connection asks of its server. */
export interface ConnectionOwner {
  readonly application: Application
  readonly settings: Settings
  readonly now: number
  readonly draining: boolean
  remove(connection: HttpConnection): void
}

type Stage = 'idle' | 'received' | 'running' | 'answered' | 'closing' | 'detached'

/** Pipelined requests that may wait, in bytes, before the socket is paused. */
const mostPipelined = 64 * 1024

export class HttpConnection implements ResponseOwner, InputSource {
  readonly wire: Wire
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  readonly #parser: RequestParser
  readonly #around: Surroundings
  #stage: Stage = 'idle'
  #incoming: Incoming | undefined
  #response: WireResponse | undefined
  #requests = 0
  #working = false
  #inputPaused = false
  #pipelinePaused = false
  readonly #deadline: Deadline
  /** The request for whose head the clock runs: it is not set back by each byte. */
  #headStarted = -1

  constructor(owner: ConnectionOwner, socket: Socket) {
    const { settings } = owner
    this.#owner = owner
    this.#socket = socket
    this.wire = new Wire(socket)
    this.#parser = new RequestParser(settings.limits, { underscores: 'drop' })
    this.#deadline = new Deadline(socket, owner.now + settings.headTimeout)
    this.#around = surroundingsOf(socket, settings)
    socket.on('data', this.#onData).on('end', this.#onEnd).on('drain', this.#onDrain)
    socket.on('error', this.#onError).on('close', this.#onClose)
  }

  get idle(): boolean {
    return this.#stage === 'idle' && this.#parser.idle
  }

  /** The client, as logs show it. */
  get client(): string {
    const { remoteAddress, remotePort } = this.#around
    return remoteAddress === undefined ? 'unix' : `${remoteAddress}:${remotePort}`
  }

  // What the response asks.

  keepsAlive(): boolean {
    const { settings, draining } = this.#owner
    const incoming = this.#incoming
    if (draining || incoming?.head.keepAlive !== true || this.#requests >= settings.maxRequests) return false
    return incoming.bodyEnded || (!incoming.continueDue && incoming.missing <= settings.lingerBytes)
  }

  ownFields(keepAlive: boolean, hasDate: boolean, hasServer: boolean): string {
    return ownFields(
      this.#owner.settings.serverName,
      keepAlive,
      this.#incoming?.head.minorVersion ?? 1,
      hasDate,
      hasServer,
    )
  }

  finished(_response: WireResponse, keepAlive: boolean): void {
    this.#response = undefined
    this.#stage = keepAlive ? 'answered' : 'closing'
    this.#incoming?.drop()
    if (!this.#working) this.#work()
  }

  broken(response: WireResponse): void {
    this.#response = undefined
    this.wire.flush()
    // A body that ends with the connection would look whole if the connection merely ended.
    if (response.endsByClose) this.#socket.resetAndDestroy()
    else this.#socket.destroy()
  }

  detach(): Duplex {
    const socket = this.#socket
    socket.off('data', this.#onData).off('end', this.#onEnd).off('drain', this.#onDrain)
    socket.off('error', this.#onError).off('close', this.#onClose)
    socket.pause()
    const rest = this.#parser.remainder()
    if (rest.length > 0) socket.unshift(rest)
    this.#stage = 'detached'
    this.#response = undefined
    this.#owner.remove(this)
    return socket
  }

  // What the input asks.

  pause(): void {
    this.#inputPaused = true
    this.#socket.pause()
  }

  resume(): void {
    this.#inputPaused = false
    if (!this.#pipelinePaused) this.#socket.resume()
  }

  wanted(): void {
    const incoming = this.#incoming
    if (incoming?.continueDue !== true || this.#response?.started === true) return
    incoming.continueDue = false
    this.wire.text(`${statusLine('100 Continue')}\r\n`)
    this.wire.flush()
    this.#setDeadline()
  }

  // What the server asks.

  checkDeadline(now: number): void {
    if (!this.#deadline.passed(now)) return
    if (this.#stage === 'closing' || this.idle || this.wire.blocked) this.destroy()
    else this.#refuse(408, 'the client sent nothing for too long')
  }

  /** Closes now when idle, else after the answer. */
  drain(): void {
    if (this.idle) this.#close()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#stage === 'closing') return
    this.#parser.push(chunk)
    this.#work()
  }

  readonly #onEnd = (): void => {
    if (this.#stage === 'closing') return
    try {
      this.#parser.finish()
    } catch (error) {
      this.#incoming?.input?.fail(error instanceof Error ? error : new Error(String(error)))
    }
    // As nginx and Node have it, a client that closes its side does not wait for an answer that is not there yet.
    this.#leave()
  }

  /** All is sent, and the half-close with it. */
  readonly #onFinish = (): void => {
    this.#deadline.set(this.#owner.now + this.#owner.settings.lingerTimeout)
  }

  readonly #onDrain = (): void => {
    this.#setDeadline()
    this.wire.release()
  }

  /** 'close' follows, and does the work; a reset by the client is no news for the log. */
  readonly #onError = (): void => {}

  readonly #onClose = (): void => {
    this.#leave()
    this.wire.release()
    this.#stage = 'closing'
    this.#owner.remove(this)
  }

  #leave(): void {
    const disconnect = this.#response?.disconnect
    if (disconnect === undefined) return
    this.#response?.silence()
    this.#response = undefined
    disconnect.abort()
    this.#incoming?.input?.fail(disconnect.reason ?? new Error('the client closed the connection'))
  }

  #work(): void {
    if (this.#working) return
    this.#working = true
    try {
      while (this.#step());
    } catch (error) {
      if (!(error instanceof Http1Error) || error.side === 'local') throw error
      this.#refuse(error.status, `${error.message} (${error.code})`, error)
    } finally {
      this.#working = false
    }
    if (this.#stage === 'detached') return
    this.wire.flush()
    if (this.#stage === 'closing' || (this.#owner.draining && this.idle)) this.#close()
    else this.#regulate()
  }

  /** One thing the parser says; false when there is nothing to do before more bytes or the end of an answer. */
  #step(): boolean {
    if (this.#stage === 'closing' || this.#stage === 'detached') return false
    switch (this.#parser.next()) {
      case 'head':
        this.#incoming = new Incoming(this.#parser.head, this)
        this.#stage = 'received'
        this.#requests++
        return true
      case 'data':
        this.#take(this.#parser.data)
        return true
      case 'end':
        this.#incoming?.end()
        return true
      case 'paused':
        if (this.#stage === 'received') this.#run()
        else if (this.#stage === 'running') return false
        else this.#startNext()
        return true
      default:
        if (this.#stage !== 'received') return false
        this.#run()
        return true
    }
  }

  #take(chunk: Uint8Array): void {
    const incoming = this.#incoming as Incoming
    incoming.take(chunk)
    if (incoming.dropped > this.#owner.settings.lingerBytes) this.#stage = 'closing'
  }

  #run(): void {
    const { head, input } = this.#incoming as Incoming
    if (head.method === 'CONNECT') return this.#refuse(501, 'CONNECT is not served here')
    this.#stage = 'running'
    const disconnect = new Disconnect()
    const response = new WireResponse(this, disconnect, head.minorVersion === 1)
    this.#response = response
    const environ = makeEnviron(head, this.#around, input ?? emptyInput, disconnect)
    // Settles when the body is closed; the answer's end has come by `finished` already.
    void run(this.#owner.application, environ, response, this.#owner.settings)
    return undefined
  }

  #startNext(): void {
    this.#parser.startNext()
    this.#stage = 'idle'
    this.#incoming = undefined
  }

  /** Answers in the application's place, or breaks the connection when the application's answer has begun. */
  #refuse(status: number, reason: string, error?: Error): void {
    this.#owner.settings.log(`client ${this.client}: ${status}: ${reason}`)
    const response = this.#response
    const started = response?.started === true
    const head = this.#stage === 'answered' || started
    this.#response = undefined
    this.#stage = 'closing'
    response?.silence()
    response?.disconnect.abort(error)
    this.#incoming?.input?.fail(error ?? new Error(reason))
    if (started) this.#socket.destroy()
    if (head) return
    this.wire.text(errorAnswer(status, this.ownFields(false, false, false)))
    this.wire.flush()
    this.#close()
  }

  /** Half-closes, and reads on for a while: a reset on unread bytes could take the answer with it (RFC 9112 section 9.6). */
  #close(): void {
    this.#stage = 'closing'
    if (this.#socket.writableEnded) return
    this.#deadline.setSending(this.#owner.now, this.#owner.settings.sendTimeout)
    this.#socket.end(this.#onFinish)
    this.#socket.resume()
  }

  #regulate(): void {
    const full =
      this.#stage === 'running' && this.#incoming?.bodyEnded === true && this.#parser.buffered > mostPipelined
    if (full !== this.#pipelinePaused) {
      this.#pipelinePaused = full
      if (full) this.#socket.pause()
      else if (!this.#inputPaused) this.#socket.resume()
    }
    this.#setDeadline()
  }

  #setDeadline(): void {
    const { now, settings } = this.#owner
    if (this.#stage === 'closing') return
    const deadline = this.#deadline
    const ended = this.#incoming?.bodyEnded ?? true
    if (this.wire.blocked) deadline.setSending(now, settings.sendTimeout)
    else if (!ended && !this.#inputPaused && this.#incoming?.continueDue !== true)
      deadline.set(now + settings.bodyTimeout)
    else if (!ended || this.#stage !== 'idle') deadline.clear()
    else if (this.#parser.idle) deadline.set(now + settings.keepAliveTimeout)
    else if (!deadline.isSet || this.#headStarted !== this.#requests) {
      this.#headStarted = this.#requests
      deadline.set(now + settings.headTimeout)
    }
  }
}
