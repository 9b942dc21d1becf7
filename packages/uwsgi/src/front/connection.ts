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
import { errorAnswer, ReadGate, type ResponseOwner, Wire } from '@trivet/http1/gateway'
import { UwsgiError } from '../errors.ts'
import { formatAcknowledgement, keepAliveHeader } from '../keepalive.ts'
import { pingModifier, pong } from '../modifiers.ts'
import { PacketParser } from '../packet-parser.ts'
import { abandon, type Call, type ConnectionHost, endBody, makeCall } from './call.ts'
import { Deadlines, type Waiting } from './deadlines.ts'
import { makeEnviron } from './environ.ts'
import { refusalText } from './refusal.ts'
import type { UwsgiResponse } from './response.ts'

/** How many bytes of pipelined requests may wait before reading stops. */
const pipelinedBytes = 64 * 1024

/** One peer, one request after the other. */
export class Connection implements ResponseOwner {
  readonly wire: Wire
  readonly #host: ConnectionHost
  readonly #socket: Socket
  readonly #parser: PacketParser
  #call: Call | undefined
  readonly #gate: ReadGate
  #advancing = false
  #lingering = false
  #handedOver = false
  readonly #deadlines: Deadlines

  constructor(socket: Socket, host: ConnectionHost) {
    this.#host = host
    this.#socket = socket
    this.#parser = new PacketParser(host.settings.limits)
    this.wire = new Wire(socket, host.tally)
    this.#gate = new ReadGate(socket)
    this.#deadlines = new Deadlines(host.settings, socket, host.now)
    socket.on('data', this.#onData).on('end', this.#onEnd).on('drain', this.#onDrain)
    socket.on('error', this.#onError).on('close', this.#onClose)
  }

  /** Closes an idle connection at once. */
  close(): void {
    this.#socket.destroySoon()
  }

  /** However long it has been idle, from now on it has a moment to bring one more request. */
  drain(): void {
    if (this.#waiting() === 'idle') this.#deadlines.restart(performance.now())
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
      const error = new UwsgiError('timeout', `the peer reads nothing for ${sendTimeout} ms (\`sendTimeout\`)`)
      this.#log(`broken: ${error.message}`)
      this.#giveUp(error)
    } else if (verdict !== 'in-time') {
      this.#refuse(new UwsgiError('timeout', `no byte of the ${verdict} for ${socketTimeout} ms (\`socketTimeout\`)`))
    }
  }

  #waiting(): Waiting {
    if (this.#lingering) return 'lingering'
    if (this.#call === undefined) return this.#parser.idle ? 'idle' : 'vars'
    return this.#call.bodyOver ? 'application' : 'body'
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
    this.#giveUp(new UwsgiError('cut-packet', 'the peer went away before it was answered'))
  }

  readonly #onDrain = (): void => {
    this.wire.release()
    if (this.#call?.state === 'done') this.#advance()
  }

  readonly #onError = (error: Error): void => {
    this.#giveUp(error)
  }

  readonly #onClose = (): void => {
    this.#host.forget(this)
    this.wire.release()
    if (!this.#handedOver) this.#giveUp(new Error('the peer closed the connection'))
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
    this.wire.flush()
    this.#regulate()
  }

  /** One event of the parser; false when there is nothing to do for now. */
  #step(): boolean {
    if (this.#lingering || this.#handedOver) return false
    switch (this.#parser.next()) {
      case 'packet':
        this.#call = makeCall(this.#parser.packet, this, this.#gate)
        return true
      case 'data':
        return this.#takeBody(this.#parser.data)
      case 'end':
        if (this.#call !== undefined) endBody(this.#call)
        return true
      case 'paused':
        return this.#proceed()
      case 'need-data':
        break
    }
    if (this.#call?.state === 'waiting') this.#run(this.#call)
    return false
  }

  #takeBody(data: Uint8Array): boolean {
    const call = this.#call
    if (call === undefined) return true
    call.received += data.length
    if (call.state !== 'done') {
      call.input?.push(data)
      return true
    }
    call.discarded += data.length
    if (call.discarded <= this.#host.settings.unreadBody) return true
    this.#linger()
    return false
  }

  /** The request at hand is here in full: runs it, or goes on to the next when it is answered. */
  #proceed(): boolean {
    const call = this.#call
    if (call === undefined) return false
    if (call.state === 'waiting') this.#run(call)
    if (call.state === 'running' || this.#lingering || this.#handedOver || this.wire.blocked) return false
    this.#call = undefined
    this.#parser.startNext()
    return true
  }

  #run(call: Call): void {
    const { application, settings } = this.#host
    if (call.packet.modifier1 === pingModifier) return this.#answerPing(call)
    const begun = performance.now()
    this.wire.flushOld()
    const { packet, response, input } = call
    const environ = makeEnviron(packet, input ?? emptyInput, response.disconnect, settings.environ)
    call.state = 'running'
    settings.watch?.begin(environ, response)
    const pending = run(application, environ, response, settings.run)
    if (pending === undefined) {
      call.state = 'done'
      settings.watch?.end(response)
      this.#host.serviceTime.add(performance.now() - begun)
      return
    }
    void pending.then(() => {
      call.state = 'done'
      settings.watch?.end(response)
      this.#host.serviceTime.add(performance.now() - begun)
      this.#advance()
    })
  }

  #answerPing(call: Call): void {
    call.state = 'done'
    this.wire.bytes('', pong, '')
    this.#linger()
  }

  // What the response asks.

  keepsAlive(): boolean {
    const { settings, draining } = this.#host
    const call = this.#call
    if (draining || settings.depth === 0 || call?.packet.keepAlive === undefined) return false
    return call.packet.contentLength - call.received <= settings.unreadBody
  }

  /** The acknowledgement. No Date, Server or Connection: a uwsgi peer is a proxy and adds its own, as it does for uWSGI. */
  ownFields(keepAlive: boolean): string {
    const nonce = this.#call?.packet.keepAlive
    if (!keepAlive || nonce === undefined) return ''
    const { settings, serviceTime } = this.#host
    return `${keepAliveHeader}: ${formatAcknowledgement(nonce, serviceTime.depth(settings.depth), settings.capacity)}\r\n`
  }

  finished(_response: UwsgiResponse, keepAlive: boolean): void {
    this.#deadlines.restart(this.#host.now)
    if (this.#call?.bodyOver === false) this.#call.input?.discard()
    if (!keepAlive) this.#linger()
    else if (!this.#advancing) this.wire.flush()
  }

  broken(response: UwsgiResponse, error: Error): void {
    // A body that ends with the connection would look whole if the connection merely ended.
    this.wire.cut(response.endsByClose)
    this.#giveUp(error)
  }

  detach(): Duplex {
    const socket = this.#socket
    this.#handedOver = true
    if (this.#call !== undefined) this.#host.settings.watch?.end(this.#call.response)
    socket.off('data', this.#onData).off('end', this.#onEnd).off('drain', this.#onDrain).off('error', this.#onError)
    const rest = this.#parser.remainder()
    socket.pause()
    if (rest.length > 0) socket.unshift(rest)
    return socket
  }

  answering(response: UwsgiResponse): boolean {
    return this.#host.settings.watch?.answering(response) ?? true
  }

  refuse(status: number | undefined, reason: Error): void {
    const call = this.#call
    if (status === undefined || call?.response.started === true) return this.#giveUp(reason)
    this.wire.text(errorAnswer(status, ''))
    this.#linger()
    abandon(call, reason)
  }

  /** The call at hand, if any, has nobody to answer to: its application is told. */
  #giveUp(error: Error): void {
    const call = this.#call
    this.#call = undefined
    this.#socket.destroy()
    abandon(call, error)
  }

  /** Answers a broken rule, where no answer has begun, with the rule; then the connection ends. */
  #refuse(error: UwsgiError): void {
    const call = this.#call
    const answered = call?.response.started === true
    this.#log(
      `${error.side} broke a rule [${error.code}]: ${error.message}${answered ? '' : `; answered ${error.status}`}`,
    )
    if (answered) return this.#giveUp(error)
    this.wire.text(refusalText(error))
    this.#linger()
    abandon(call, error)
  }

  #linger(): void {
    if (this.#lingering) return
    this.wire.flush()
    this.#lingering = true
    this.#deadlines.restart(this.#host.now)
    this.#socket.end()
    this.#socket.resume()
  }

  /** Reads no further while the answers to what is here cannot be made or cannot be sent. */
  #regulate(): void {
    if (this.#handedOver || this.#lingering) return
    const call = this.#call
    const stuck = call?.state === 'done' && this.wire.blocked
    this.#gate.holdPipeline(stuck || (call?.bodyOver === true && this.#parser.buffered > pipelinedBytes))
  }

  #log(text: string): void {
    const { remoteAddress, remotePort } = this.#socket
    const peer = remoteAddress === undefined ? 'unix socket' : `${remoteAddress}:${remotePort}`
    this.#host.settings.log(`uwsgi: ${peer}: ${text}`)
  }
}
