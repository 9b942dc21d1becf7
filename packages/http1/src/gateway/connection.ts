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
import { Disconnect, emptyInput, run } from '@trivet/gateway/server'
import { Http1Error } from '../codec/error.ts'
import { RequestParser } from '../codec/request-parser.ts'
import { statusLine } from '../codec/writer.ts'
import type { ConnectionOwner } from './connection-owner.ts'
import { makeEnviron, surroundingsOf, type Surroundings } from './environ.ts'
import { Incoming } from './incoming.ts'
import { ownFields } from './own-fields.ts'
import { errorAnswer } from './error-answer.ts'
import { Patience, type Waiting } from './patience.ts'
import { ReadGate } from './read-gate.ts'
import { WireResponse, type ResponseOwner } from './wire-response.ts'
import { Wire } from './wire.ts'

type Stage = 'idle' | 'received' | 'running' | 'answered' | 'closing' | 'detached'

/** Pipelined requests that may wait, in bytes, before the socket is paused. */
const mostPipelined = 64 * 1024

export class HttpConnection implements ResponseOwner {
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
  readonly #gate: ReadGate
  readonly #patience: Patience

  constructor(owner: ConnectionOwner, socket: Socket) {
    const { settings } = owner
    this.#owner = owner
    this.#socket = socket
    this.wire = new Wire(socket, owner.tally)
    this.#parser = new RequestParser(settings.limits, { underscores: 'drop' })
    this.#gate = new ReadGate(socket, () => this.#continue())
    this.#patience = new Patience(socket, settings, owner.now)
    this.#around = surroundingsOf(socket, settings)
    if (owner.draining) this.drain()
    socket.on('data', this.#onData).on('end', this.#onEnd).on('drain', this.#onDrain)
    socket.on('error', this.#onError).on('close', this.#onClose)
  }

  get idle(): boolean {
    return this.#stage === 'idle' && this.#parser.idle
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
    // A body that ends with the connection would look whole if the connection merely ended.
    this.wire.cut(response.endsByClose)
  }

  detach(): Duplex {
    const socket = this.#socket
    socket.off('data', this.#onData).off('end', this.#onEnd).off('drain', this.#onDrain)
    socket.off('error', this.#onError)
    socket.pause()
    const rest = this.#parser.remainder()
    if (rest.length > 0) socket.unshift(rest)
    this.#stage = 'detached'
    if (this.#response !== undefined) this.#owner.settings.watch?.end(this.#response)
    this.#response = undefined
    this.#wait('nothing')
    return socket
  }

  // What the server asks.

  checkDeadline(now: number): void {
    if (!this.#patience.exhausted(now)) return
    if (this.#stage === 'closing' || this.idle || this.wire.blocked) this.destroy()
    else this.#refuse(408, 'the client sent nothing for too long')
  }

  /** Closes after the answer to the request at hand, or to the one that comes in a moment. */
  drain(): void {
    if (this.idle) this.#patience.hurry(this.#owner.now)
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
    // As nginx and Node have it, a client that closes its side does not wait for an answer that is not there yet.
    try {
      this.#parser.finish()
      this.#abandon()
    } catch (error) {
      this.#abandon(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** All is sent, and the half-close with it. */
  readonly #onFinish = (): void => {
    this.#patience.linger(this.#owner.now)
  }

  readonly #onDrain = (): void => {
    this.wire.release()
    if (this.#stage === 'answered') this.#work()
    else if (this.#stage !== 'closing') this.#wait(this.#waiting())
  }

  /** 'close' follows, and does the work; a reset by the client is no news for the log. */
  readonly #onError = (): void => {}

  readonly #onClose = (): void => {
    this.#abandon()
    this.wire.release()
    this.#stage = 'closing'
    this.#owner.remove(this)
  }

  /** Nobody waits for the answer any more: the application is told. */
  #abandon(error?: Error): void {
    const response = this.#response
    if (response === undefined) return
    this.#response = undefined
    response.silence()
    response.disconnect.abort(error)
    this.#incoming?.input?.fail(response.disconnect.reason ?? new Error('the client is gone'))
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
    if (this.#stage === 'closing') this.#close()
    else this.#regulate()
    if (this.#owner.draining) this.drain()
  }

  /** One thing the parser says; false when there is nothing to do before more bytes or the end of an answer. */
  #step(): boolean {
    if (this.#stage === 'closing' || this.#stage === 'detached') return false
    switch (this.#parser.next()) {
      case 'head':
        this.#incoming = new Incoming(this.#parser.head, this.#gate)
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
        else if (this.#stage === 'running' || this.wire.blocked) return false
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
    if (head.method === 'CONNECT') {
      this.#refuse(501, 'CONNECT is not served here')
      return
    }
    this.#stage = 'running'
    const disconnect = new Disconnect()
    const response = new WireResponse(this, disconnect, head.minorVersion === 1)
    this.#response = response
    const environ = makeEnviron(head, this.#around, input ?? emptyInput, disconnect)
    // Settles when the body is closed; the answer's end has come by `finished` already.
    this.wire.flushOld()
    const { settings } = this.#owner
    settings.watch?.begin(environ, response)
    const pending = run(this.#owner.application, environ, response, settings)
    if (pending === undefined) settings.watch?.end(response)
    else if (settings.watch !== undefined) void pending.then(() => settings.watch?.end(response))
  }

  /** The application asks for the body: the client may wait to be told that it is wanted. */
  #continue(): void {
    const incoming = this.#incoming
    if (incoming?.continueDue !== true || this.#response?.started === true) return
    incoming.continueDue = false
    this.wire.text(`${statusLine('100 Continue')}\r\n`)
    this.wire.flush()
    this.#wait(this.#waiting())
  }

  #startNext(): void {
    this.#parser.startNext()
    this.#stage = 'idle'
    this.#incoming = undefined
  }

  /** Answers in the application's place, or breaks the connection when the application's answer has begun. */
  #refuse(status: number, reason: string, error?: Error): void {
    this.#owner.settings.log(`client ${this.#around.client}: ${status}: ${reason}`)
    this.refuse(status, error ?? new Error(reason))
  }

  answering(response: WireResponse): boolean {
    return this.#owner.settings.watch?.answering(response) ?? true
  }

  refuse(status: number | undefined, reason: Error): void {
    const started = this.#response?.started === true || status === undefined // undefined: no answer, whatever was sent
    const answered = this.#stage === 'answered' || started
    this.#stage = 'closing'
    this.#abandon(reason)
    if (started) this.#socket.destroy()
    if (answered || status === undefined) return
    this.wire.text(errorAnswer(status, this.ownFields(false, false, false)))
    this.wire.flush()
    this.#close()
  }

  /** Half-closes, and reads on for a while: a reset on unread bytes could take the answer with it (RFC 9112 section 9.6). */
  #close(): void {
    this.#stage = 'closing'
    if (this.#socket.writableEnded) return
    this.#wait('sending')
    this.#socket.end(this.#onFinish)
    this.#socket.resume()
  }

  /** Reads no further while the answers to what is here cannot be made or cannot be sent. */
  #regulate(): void {
    const running = this.#stage === 'running' && this.#incoming?.bodyEnded === true
    const stuck = this.#stage === 'answered' && this.wire.blocked
    this.#gate.holdPipeline(stuck || (running && this.#parser.buffered > mostPipelined))
    this.#wait(this.#waiting())
  }

  #waiting(): Waiting {
    if (this.wire.blocked) return 'sending'
    const incoming = this.#incoming
    if (incoming?.bodyEnded === false) return this.#gate.bodyHeld || incoming.continueDue ? 'nothing' : 'body'
    if (this.#stage !== 'idle') return 'nothing'
    return this.#parser.idle ? 'request' : 'head'
  }

  #wait(waiting: Waiting): void {
    this.#patience.waitFor(waiting, this.#requests, this.#owner.now)
  }
}
