/**
 * One response as an HTTP/1.1 message (RFC 9112 section 6): Content-Length when the length is known, else chunked where
 * the client understands it, else to the end of the connection. Fronts of other protocols whose answers are HTTP/1
 * messages give it an owner of their own.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Bytes, HeaderList } from '@trivet/gateway'
import type { Disconnect, ResponseSink } from '@trivet/gateway/server'
import { chunkPrefix, fieldLine, lastChunk, lastChunkWithTrailers, statusLine } from '../codec/writer.ts'
import type { WatchedResponse } from './watch.ts'
import type { Wire } from './wire.ts'

/** What a response asks of its connection. */
export interface ResponseOwner {
  readonly wire: Wire
  /** Whether the connection will be used again; asked when the head is made. */
  keepsAlive(): boolean
  /** Field lines the front adds; the flags say what the application sent itself. */
  ownFields(keepAlive: boolean, hasDate: boolean, hasServer: boolean): string
  /** The response is complete and held in the wire. */
  finished(response: WireResponse, keepAlive: boolean): void
  /** The response broke off. */
  broken(response: WireResponse, error: Error): void
  /** Gives the connection up after a 101. */
  detach(): Duplex
  /** Answers in the application's place, or breaks the connection where its answer has begun. */
  refuse(status: number | undefined, reason: Error): void
  /** The head is about to be written; false when somebody else has answered. */
  answering(response: WireResponse): boolean
}

/** A response on its way to a socket. */
export class WireResponse implements ResponseSink, WatchedResponse {
  readonly disconnect: Disconnect
  ticket: unknown = undefined
  /** Absent when the client would take an interim answer for the final one (RFC 9110 section 15.2). */
  readonly inform: ResponseSink['inform']
  readonly #owner: ResponseOwner
  readonly #mayChunk: boolean
  #chunked = false
  #endsByClose = false
  #keepAlive = false
  #started = false
  #dead = false

  /** `mayChunk`: the client understands the chunked coding, and interim answers. */
  constructor(owner: ResponseOwner, disconnect: Disconnect, mayChunk: boolean) {
    // oxlint-disable-next-line typescript/unbound-method -- it is called as a method of the response
    this.inform = mayChunk ? this.#inform : undefined
    this.#owner = owner
    this.disconnect = disconnect
    this.#mayChunk = mayChunk
  }

  /** The head is on its way. */
  get started(): boolean {
    return this.#started
  }

  get socket(): Socket {
    return this.#owner.wire.socket
  }

  get first(): boolean {
    return this.#owner.wire.empty
  }

  /** Nothing more will come. */
  get ended(): boolean {
    return this.#dead
  }

  /** Only the end of the connection says where the body ends. */
  get endsByClose(): boolean {
    return this.#endsByClose
  }

  start(status: string, headers: HeaderList, length: number | undefined): void {
    if (this.#dead) return
    if (this.ticket !== undefined && !this.#owner.answering(this)) {
      this.#owner.refuse(undefined, new Error('the request was answered in the application’s place'))
      return
    }
    this.#started = true
    this.#chunked = length === undefined && this.#mayChunk
    this.#endsByClose = length === undefined && !this.#mayChunk
    this.#keepAlive = (this.#chunked || length !== undefined) && this.#owner.keepsAlive()
    let head = statusLine(status)
    let hasDate = false
    let hasServer = false
    for (const field of headers) {
      const name = field[0]
      head += fieldLine(name, field[1])
      if (name.length === 4 && name.toLowerCase() === 'date') hasDate = true
      else if (name.length === 6 && name.toLowerCase() === 'server') hasServer = true
    }
    head += this.#owner.ownFields(this.#keepAlive, hasDate, hasServer)
    this.#owner.wire.text(this.#chunked ? `${head}Transfer-Encoding: chunked\r\n\r\n` : `${head}\r\n`)
  }

  write(chunk: Bytes): void | Promise<void> {
    if (this.#dead) return undefined
    const { wire } = this.#owner
    if (this.#chunked) wire.bytes(chunkPrefix(chunk.length), chunk, '\r\n')
    else wire.bytes('', chunk, '')
    return wire.wait()
  }

  flush(): void {
    if (!this.#dead) this.#owner.wire.flush()
  }

  end(trailers?: HeaderList): void {
    if (this.#dead) return
    this.#dead = true
    if (this.#chunked) {
      this.#owner.wire.text(
        trailers === undefined || trailers.length === 0 ? lastChunk : lastChunkWithTrailers(trailers),
      )
    }
    this.#owner.finished(this, this.#keepAlive)
  }

  abort(error: Error): void {
    if (this.#dead) return
    this.#dead = true
    this.#owner.broken(this, error)
  }

  #inform(status: string, headers: HeaderList): void {
    if (this.#dead) return
    let head = statusLine(status)
    for (const [name, value] of headers) head += fieldLine(name, value)
    this.#owner.wire.text(`${head}\r\n`)
    this.#owner.wire.flush()
  }

  upgrade(status: string, headers: HeaderList, protocol: string): Duplex {
    this.#started = true
    this.#dead = true
    let head = `${statusLine(status)}Connection: Upgrade\r\n${fieldLine('Upgrade', protocol)}`
    for (const [name, value] of headers) head += fieldLine(name, value)
    this.#owner.wire.text(`${head}\r\n`)
    this.#owner.wire.flush()
    return this.#owner.detach()
  }

  refuse(status: number | undefined, reason: Error): void {
    if (!this.#dead) this.#owner.refuse(status, reason)
  }

  /** The front answers in the application's place, or nobody is left to answer: from here on calls do nothing. */
  silence(): void {
    this.#dead = true
  }
}
