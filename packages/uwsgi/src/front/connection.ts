/**
 * One connection of a uwsgi server.
 *
 *     idle --first byte--> head --packet--> [body] --> answering --end, acknowledged--> idle
 *      |                    |                 |            |
 *      +-- timeout, drain --+-- refusal ------+------------+-- end, not acknowledged --> lingering --> closed
 *
 * A request begins to run when its body is here or when the bytes at hand are used up, so that a small body is found
 * whole by the application. Pipelined requests are answered in order, one at a time; answers to requests that are here
 * already are held back and leave in one write, but never once an application has gone asynchronous, and not for more
 * than a millisecond before the next call.
 *
 * After the last answer the connection lingers: its sending side is closed, and what the peer still sends is read and
 * dropped, because closing a socket with unread bytes makes the kernel reset it and the answer could be lost.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { emptyInput, run } from '@trivet/gateway/server'
import { UwsgiError } from '../errors.ts'
import { formatAcknowledgement } from '../keepalive.ts'
import { pingModifier, pong } from '../modifiers.ts'
import { type Packet, PacketParser } from '../packet-parser.ts'
import { type Call, type ConnectionHost, makeCall } from './call.ts'
import { Deadlines, type Waiting } from './deadlines.ts'
import { makeEnviron } from './environ.ts'
import { Outbox } from './outbox.ts'
import { refusalText } from './refusal.ts'
import type { ResponseWire } from './response.ts'

/** How many bytes of pipelined requests may wait before reading stops. */
const pipelinedBytes = 64 * 1024

/** One peer, one request after the other. */
export class Connection implements ResponseWire {
  readonly #host: ConnectionHost
  readonly #socket: Socket
  readonly #parser: PacketParser
  readonly #outbox: Outbox
  #call: Call | undefined
  /** The body of the request at hand is complete. */
  #bodyOver = false
  /** Bytes of the body at hand that have come, and those of them that nobody will read. */
  #received = 0
  #discarded = 0
  #keep = true
  #advancing = false
  #lingering = false
  #handedOver = false
  readonly #deadlines: Deadlines

  constructor(socket: Socket, host: ConnectionHost) {
    this.#host = host
    this.#socket = socket
    this.#parser = new PacketParser(host.settings.limits)
    this.#outbox = new Outbox(socket)
    this.#deadlines = new Deadlines(host.settings, socket, host.now)
    socket.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose)
  }

  /** Closes an idle connection at once. */
  close(): void {
    this.#socket.destroySoon()
  }

  /** Breaks the connection whatever it is doing. */
  destroy(): void {
    this.#socket.destroy()
  }

  /** Ends what has waited too long; called by the server's sweep. */
  check(now: number): void {
    if (this.#handedOver) return
    const { socketTimeout, sendTimeout } = this.#host.settings
    const verdict = this.#deadlines.judge(now, this.#waiting(), this.#host.draining)
    if (verdict === 'idle') this.close()
    else if (verdict === 'lingering') this.#socket.destroy()
    else if (verdict === 'sending') {
      this.breakOff(new UwsgiError('timeout', `the peer reads nothing for ${sendTimeout} ms (\`sendTimeout\`)`))
    } else if (verdict !== 'in-time') {
      this.#refuse(new UwsgiError('timeout', `no byte of the ${verdict} for ${socketTimeout} ms (\`socketTimeout\`)`))
    }
  }

  #waiting(): Waiting {
    if (this.#lingering) return 'lingering'
    if (this.#call === undefined) return this.#parser.idle ? 'idle' : 'vars'
    return this.#bodyOver ? 'application' : 'body'
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#lingering) return
    this.#deadlines.restart(this.#host.now)
    this.#parser.push(chunk)
    this.#advance()
  }

  /** The peer has ended its side: nobody is left to answer to, since proxies do not half-close. */
  readonly #onEnd = (): void => {
    if (this.#handedOver || this.#lingering) return
    try {
      this.#parser.finish()
    } catch (error) {
      if (!(error instanceof UwsgiError)) throw error
      return this.#refuse(error)
    }
    if (this.#call === undefined) return this.close()
    this.breakOff(new UwsgiError('cut-packet', 'the peer went away before it was answered'), false)
  }

  readonly #onError = (error: Error): void => {
    this.breakOff(error, false)
  }

  readonly #onClose = (): void => {
    this.#host.forget(this)
    if (!this.#handedOver) this.breakOff(new Error('the peer closed the connection'), false)
  }

  #advance(): void {
    if (this.#advancing) return
    this.#advancing = true
    try {
      while (this.#step());
    } catch (error) {
      if (!(error instanceof UwsgiError)) throw error
      this.#refuse(error)
    } finally {
      this.#advancing = false
    }
    this.#outbox.send()
    this.#regulate()
  }

  /** One event of the parser; false when there is nothing to do for now. */
  #step(): boolean {
    if (this.#lingering || this.#handedOver) return false
    switch (this.#parser.next()) {
      case 'packet':
        this.#begin(this.#parser.packet)
        return true
      case 'data':
        return this.#takeBody(this.#parser.data)
      case 'end':
        this.#bodyOver = true
        this.#call?.input?.end()
        return true
      case 'paused':
        return this.#proceed()
      case 'need-data':
        break
    }
    if (this.#call?.state === 'waiting') this.#run(this.#call)
    return false
  }

  #begin(packet: Packet): void {
    this.#bodyOver = false
    this.#received = 0
    this.#discarded = 0
    this.#call = makeCall(packet, this, this.#socket)
  }

  #takeBody(data: Uint8Array): boolean {
    const call = this.#call
    this.#received += data.length
    if (call !== undefined && call.state !== 'done') {
      call.input?.push(data)
      return true
    }
    this.#discarded += data.length
    if (this.#discarded <= this.#host.settings.unreadBody) return true
    this.#linger()
    return false
  }

  /** The request at hand is here in full: runs it, or goes on to the next when it is answered. */
  #proceed(): boolean {
    const call = this.#call
    if (call === undefined) return false
    if (call.state === 'waiting') this.#run(call)
    if (call.state === 'running' || this.#lingering || this.#handedOver) return false
    this.#call = undefined
    this.#parser.startNext()
    return true
  }

  #run(call: Call): void {
    const { application, settings } = this.#host
    if (call.packet.modifier1 === pingModifier) return this.#answerPing(call)
    const begun = performance.now()
    this.#outbox.sendOld(begun)
    const { packet, response, input } = call
    const environ = makeEnviron(packet, input ?? emptyInput, response.disconnect, settings.environ)
    call.state = 'running'
    const pending = run(application, environ, response, settings.run)
    if (pending === undefined) {
      call.state = 'done'
      this.#host.serviceTime.add(performance.now() - begun)
      return
    }
    void pending.then(() => {
      call.state = 'done'
      this.#host.serviceTime.add(performance.now() - begun)
      this.#advance()
    })
  }

  #answerPing(call: Call): void {
    call.state = 'done'
    this.hold(pong)
    this.finished(false)
  }

  // What the response needs.

  hold(piece: string | Uint8Array): void {
    if (!this.#lingering) this.#outbox.hold(piece)
  }

  send(): void {
    this.#outbox.send()
  }

  congestion(): Promise<void> | undefined {
    return this.#outbox.congestion()
  }

  acknowledge(nonce: string): string | undefined {
    const { settings, draining } = this.#host
    if (draining || settings.depth === 0 || !this.#keep || !this.#socket.writable) return undefined
    const missing = (this.#call?.packet.contentLength ?? 0) - this.#received
    if (missing > settings.unreadBody) return undefined
    return formatAcknowledgement(nonce, this.#host.serviceTime.depth(settings.depth), settings.capacity)
  }

  finished(keep: boolean): void {
    this.#deadlines.restart(this.#host.now)
    if (!keep) this.#linger()
    else if (!this.#advancing) this.#outbox.send()
  }

  breakOff(error: Error, log = true): void {
    const call = this.#call
    this.#call = undefined
    this.#keep = false
    if (log) this.#log(`broken: ${error.message}`)
    this.#socket.destroy()
    if (call === undefined || call.state !== 'running') return
    call.input?.fail(error)
    if (!call.response.ended) call.response.disconnect.abort(error)
  }

  handOver(): Duplex {
    const socket = this.#socket
    this.#handedOver = true
    socket.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError)
    const rest = this.#parser.remainder()
    socket.pause()
    if (rest.length > 0) socket.unshift(rest)
    return socket
  }

  /** Answers a broken rule, where no answer has begun, with the rule; then the connection ends. */
  #refuse(error: UwsgiError): void {
    const call = this.#call
    const answered = call?.response.started === true
    this.#log(
      `${error.side} broke a rule [${error.code}]: ${error.message}${answered ? '' : `; answered ${error.status}`}`,
    )
    if (answered) return this.breakOff(error, false)
    this.#outbox.hold(refusalText(error))
    this.#linger()
    if (call === undefined || call.state !== 'running') return
    call.input?.fail(error)
    call.response.disconnect.abort(error)
  }

  #linger(): void {
    if (this.#lingering) return
    this.#outbox.send()
    this.#lingering = true
    this.#deadlines.restart(this.#host.now)
    this.#socket.end()
    this.#socket.resume()
  }

  /** Reads no further while enough pipelined requests wait. */
  #regulate(): void {
    if (!this.#bodyOver || this.#handedOver || this.#lingering) return
    const full = this.#call !== undefined && this.#parser.buffered > pipelinedBytes
    if (full) this.#socket.pause()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  #log(text: string): void {
    const { remoteAddress, remotePort } = this.#socket
    const peer = remoteAddress === undefined ? 'unix socket' : `${remoteAddress}:${remotePort}`
    this.#host.settings.log(`uwsgi: ${peer}: ${text}`)
  }
}
