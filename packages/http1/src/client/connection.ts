/**
 * One connection of a pool, and the exchange on it:
 *
 *     connecting ──→ busy ⇄ idle
 *         └───────────┴──────┴──→ closed
 *
 * Requests are not pipelined. A connection goes back to the pool when the answer allows it, the request was sent whole
 * and nothing surplus came (RFC 9112 section 9.3); an answer that ends before its request is sent closes it, because
 * the rest of the body would be read as the next request. Timeouts are deadlines which the pool's one timer looks at.
 */
import { connect, type Socket } from 'node:net'
import { Http1Error } from '../codec/error.ts'
import type { ResponseHead } from '../codec/head.ts'
import { ResponseParser } from '../codec/response-parser.ts'
import { Deadline } from '../socket/deadline.ts'
import { ClientError, socketErrorCode, type ClientErrorCode, type ClientPhase } from './client-error.ts'
import type { Exchange } from './exchange.ts'
import type { ConnectionOwner } from './connection-owner.ts'

/** A connection to a pool's address. */
export class ClientConnection {
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  readonly #parser: ResponseParser
  readonly #createdAt: number
  #exchange: Exchange | undefined
  #requests = 0
  readonly #deadline: Deadline
  #phase: ClientPhase = 'connect'
  #connected = false
  #bodyEnded = false
  #blocked = false
  #paused = false
  #parsing = false
  #peerEnded = false
  #answered = false
  #closed = false

  /** For the pool. */
  constructor(owner: ConnectionOwner) {
    const { options } = owner
    this.#owner = owner
    this.#parser = new ResponseParser(options.limits, {
      cgi: options.cgi ?? false,
      bareLf: options.bareLf ?? options.cgi ?? false,
    })
    this.#createdAt = owner.now
    this.#socket = connect({ ...owner.address, noDelay: true })
    this.#deadline = new Deadline(this.#socket, owner.now + options.connectTimeout)
    this.#listen()
  }

  /** How many requests this connection has been given, the current one included. */
  get requests(): number {
    return this.#requests
  }

  get localAddress(): string | undefined {
    return this.#socket.localAddress
  }

  get localPort(): number | undefined {
    return this.#socket.localPort
  }

  /** Whether an idle connection may take a request. */
  get usable(): boolean {
    return !this.#closed && !this.#peerEnded && !this.#socket.destroyed
  }

  /** Whether it may be kept for another request; as in nginx age counts when a request is over, not when one begins. */
  get keepable(): boolean {
    const { maxRequests, maxAge } = this.#owner.options
    return this.usable && this.#requests < maxRequests && this.#owner.now - this.#createdAt < maxAge
  }

  /** For the pool: starts an exchange. */
  begin(exchange: Exchange): void {
    this.#exchange = exchange
    this.#requests++
    this.#bodyEnded = false
    this.#answered = false
    this.#parser.expect(exchange.method)
    if (this.#connected) this.#send(exchange)
  }

  /** Sends a piece of the request's body, framed already; false means: wait for `onDrain`. */
  write(chunk: Uint8Array | string): boolean {
    if (this.#exchange === undefined || this.#bodyEnded) return true
    const taken = typeof chunk === 'string' ? this.#socket.write(chunk, 'latin1') : this.#socket.write(chunk)
    if (!taken && !this.#blocked) {
      this.#blocked = true
      this.#deadline.setSending(this.#owner.now, this.#owner.options.sendTimeout)
    }
    return taken
  }

  /** Says that the request is whole. */
  endBody(): void {
    if (this.#exchange === undefined || this.#bodyEnded) return
    this.#bodyEnded = true
    if (this.#phase === 'send') this.#phase = 'head'
    if (!this.#blocked) this.#awaitRead()
  }

  /** Stops the answer: its receiver is slow. */
  pause(): void {
    if (this.#paused || this.#exchange === undefined) return
    this.#paused = true
    if (!this.#blocked) this.#deadline.clear()
    this.#socket.pause()
  }

  /** Lets the answer go on. */
  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    if (this.#bodyEnded && !this.#blocked) this.#awaitRead()
    if (!this.#parsing) this.#parse()
    if (!this.#paused && !this.#closed) this.#socket.resume()
  }

  /** Gives the exchange up, with `onError`, and closes the connection. */
  abort(error?: Error): void {
    if (this.#exchange !== undefined) this.#fail('aborted', error)
  }

  /**
   * Takes the connection over, after a 101 or a CONNECT's 2xx, in `onHead`: the socket, paused, with the bytes that came
   * behind the head put back (a listener alone does not set it going: call `resume()` or pipe it). The exchange hears no more.
   */
  upgrade(): Socket {
    if (this.#exchange === undefined || !this.#answered) {
      throw new Http1Error('invalid-use', '`upgrade` was called without an answer that switches protocols', 'local')
    }
    const socket = this.#socket
    this.#exchange = undefined
    this.#closed = true
    socket.pause()
    socket.off('data', this.#onData).off('end', this.#onEnd).off('drain', this.#onDrain)
    socket.off('error', this.#onError).off('close', this.#onClose)
    const rest = this.#parser.remainder()
    if (rest.length > 0) socket.unshift(rest)
    this.#owner.remove(this)
    return socket
  }

  /** For the pool: closes an idle connection. */
  close(): void {
    this.#closed = true
    this.#socket.destroy()
    this.#owner.remove(this)
  }

  /** For the pool: waits for the next request. */
  rest(): void {
    this.#deadline.set(this.#owner.now + this.#owner.options.idleTimeout)
    this.#socket.unref()
  }

  /** For the pool's timer. */
  checkDeadline(now: number): void {
    if (!this.#deadline.passed(now)) return
    if (this.#exchange === undefined) this.close()
    else if (!this.#connected) this.#fail('connect-timeout')
    else this.#fail(this.#blocked ? 'send-timeout' : 'read-timeout')
  }

  #listen(): void {
    this.#socket.on('connect', this.#onConnect).on('data', this.#onData).on('end', this.#onEnd)
    this.#socket.on('drain', this.#onDrain).on('error', this.#onError).on('close', this.#onClose)
  }

  readonly #onConnect = (): void => {
    this.#connected = true
    if (this.#exchange !== undefined) this.#send(this.#exchange)
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#exchange === undefined) {
      // Nothing was asked: whatever this is, the next request must not take it for its answer.
      this.close()
      return
    }
    this.#parser.push(chunk)
    if (this.#bodyEnded && !this.#blocked) this.#awaitRead()
    if (!this.#paused && !this.#parsing) this.#parse()
  }

  readonly #onDrain = (): void => {
    this.#blocked = false
    const exchange = this.#exchange
    if (exchange === undefined) return
    if (this.#bodyEnded) this.#awaitRead()
    else this.#deadline.clear()
    exchange.onDrain?.()
  }

  readonly #onEnd = (): void => {
    this.#peerEnded = true
    if (this.#exchange === undefined) this.close()
    else if (!this.#paused && !this.#parsing) this.#parse()
  }

  readonly #onError = (error: Error): void => {
    if (this.#exchange === undefined) this.close()
    else this.#fail(socketErrorCode(error, !this.#connected), error)
  }

  readonly #onClose = (): void => {
    if (this.#exchange !== undefined) this.#fail('closed')
    else if (!this.#closed) this.close()
  }

  #send(exchange: Exchange): void {
    this.#phase = 'send'
    this.#deadline.clear()
    this.#socket.ref()
    let head: Uint8Array | string
    try {
      head = exchange.encode(this)
    } catch (error) {
      this.#fail('protocol', error as Error)
      return
    }
    this.write(head)
    if (exchange.onConnected === undefined) this.endBody()
    else exchange.onConnected(this)
  }

  #awaitRead(): void {
    if (this.#paused) this.#deadline.clear()
    else this.#deadline.set(this.#owner.now + this.#owner.options.readTimeout)
  }

  #parse(): void {
    this.#parsing = true
    try {
      while (!this.#paused && this.#exchange !== undefined && this.#step(this.#exchange));
    } catch (error) {
      if (!(error instanceof Http1Error)) throw error
      const cut = error.code === 'truncated'
      this.#fail(cut ? 'closed' : 'protocol', cut ? undefined : error)
    } finally {
      this.#parsing = false
    }
  }

  /** One thing the parser says; false when there is no more. */
  #step(exchange: Exchange): boolean {
    const parser = this.#parser
    switch (parser.next()) {
      case 'head':
        this.#answered = true
        if (parser.head.status >= 200) this.#phase = 'body'
        exchange.onHead(parser.head)
        return true
      case 'data':
        exchange.onData(parser.data)
        return true
      case 'end':
        this.#finish(exchange)
        return false
      default:
        if (!this.#peerEnded) return false
        if (!this.#answered && parser.idle) throw new Http1Error('truncated', 'no answer came')
        parser.finish()
        if (parser.next() !== 'end') throw new Http1Error('truncated', 'no final answer came')
        this.#finish(exchange)
        return false
    }
  }

  #finish(exchange: Exchange): void {
    const { head, trailers } = this.#parser
    const free = this.#bodyEnded && this.#parser.idle && !this.#peerEnded && !switched(exchange.method, head)
    const reusable = free && (exchange.reusable?.(head) ?? head.keepAlive)
    this.#exchange = undefined
    this.#parser.startNext()
    if (!this.#owner.release(this, reusable)) this.close()
    exchange.onEnd(trailers)
  }

  #fail(code: ClientErrorCode, cause?: Error): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    const died = code === 'reset' || code === 'closed'
    const reused = died && this.#requests > 1 && !this.#answered && this.#parser.idle
    const error = new ClientError(code, this.#phase, reused, this.#owner.addressText, cause)
    this.close()
    exchange?.onError(error)
  }
}

function switched(method: string, head: ResponseHead): boolean {
  return head.status === 101 || (method === 'CONNECT' && head.status < 300)
}
