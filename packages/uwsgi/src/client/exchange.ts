/**
 * One request over uwsgi. The answer is an HTTP/1 message, so everything but the request's head and the sign of a
 * reusable connection is HTTP's: that sign is the nonce, echoed (KEEPALIVE.md), and never a Connection header.
 */
import type { HeaderFields, ResponseHead } from '@trivet/http1'
import type { ClientConnection, ClientError, Exchange } from '@trivet/http1/client'
import { acknowledges, keepAliveHeader, keepAliveVar, type Nonces } from '../keepalive.ts'
import { encodeKey, PacketWriter } from '../packet-writer.ts'

/** What a pool gives to its exchanges. */
export interface ExchangeEnvironment {
  readonly writer: PacketWriter
  /** Undefined: every connection is used once. */
  readonly nonces: Nonces | undefined
  /** A server acknowledged with this header value. */
  acknowledged(value: string): void
}

const keepAliveKey = encodeKey(keepAliveVar)

/** A request and what becomes of it: extend it, and give it to `UwsgiPool.request`. */
export abstract class UwsgiExchange implements Exchange {
  abstract readonly method: string
  readonly modifier1: number = 0
  readonly modifier2: number = 0
  /** A GET, HEAD or OPTIONS without a body that asks for no upgrade: it may share a connection and be sent again. */
  readonly pipelinable: boolean = false
  #environment: ExchangeEnvironment | undefined
  #nonce: string | undefined

  /** Appends the request's vars; called once per connection that is tried. */
  abstract addVars(writer: PacketWriter): void

  /** A head; interim ones (1xx) come first. Its `uwsgi-keepalive` field is between the two ends: leave it out. */
  abstract onHead(head: ResponseHead): void
  abstract onData(chunk: Uint8Array): void
  abstract onEnd(trailers: HeaderFields | undefined): void
  abstract onError(error: ClientError): void
  onDrain?(): void
  /** The vars have been written; a body of CONTENT_LENGTH bytes may follow, and `endBody()` ends it. Pipelined requests do without. */
  onConnected?(connection: ClientConnection): void

  /** For the pool. */
  attach(environment: ExchangeEnvironment): void {
    this.#environment = environment
  }

  encode(): string {
    const environment = this.#environment
    const writer = environment?.writer ?? new PacketWriter()
    try {
      this.addVars(writer)
      this.#nonce = environment?.nonces?.next()
      if (this.#nonce !== undefined) {
        writer.encoded(keepAliveKey)
        writer.value(this.#nonce)
      }
    } catch (error) {
      writer.clear()
      throw error
    }
    return writer.finishText(this.modifier1, this.modifier2)
  }

  reusable(head: ResponseHead): boolean {
    if (this.#nonce === undefined) return false
    const value = head.headers.get(keepAliveHeader)
    if (value === undefined || !acknowledges(value, this.#nonce)) return false
    this.#environment?.acknowledged(value.slice(this.#nonce.length))
    return true
  }
}
