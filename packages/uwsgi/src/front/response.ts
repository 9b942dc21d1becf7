/**
 * One response on a uwsgi connection: HTTP/1.1 text that ends by Content-Length or by close. Chunked only for a peer
 * whose keep-alive var says that it reads chunks (nginx does not), and the same holds for interim responses. No Date,
 * Server or Connection: a uwsgi peer is a proxy and adds its own, as it does for uWSGI.
 */
import type { Duplex } from 'node:stream'
import type { Bytes, HeaderList } from '@trivet/gateway'
import { Disconnect, type ResponseSink } from '@trivet/gateway/server'
import { isSelfDelimited, keepAliveHeader } from '../keepalive.ts'
import type { Packet } from '../packet-parser.ts'

/** What a response needs of its connection. */
export interface ResponseWire {
  /** Takes text or bytes, to be sent with what follows. */
  hold(piece: string | Uint8Array): void
  /** Sends what is held. */
  send(): void
  congestion(): Promise<void> | undefined
  /** The acknowledging header's value, when the connection can stay open after this response. */
  acknowledge(nonce: string): string | undefined
  /** The response is complete; without acknowledgement the connection ends. */
  finished(keep: boolean): void
  /** Breaks the connection; the error is logged already. */
  breakOff(error: Error, log: false): void
  handOver(): Duplex
}

const chunkEnd = '\r\n'
const lastChunk = '0\r\n\r\n'

export class UwsgiResponse implements ResponseSink {
  readonly disconnect: Disconnect = new Disconnect()
  /** The head has left, or waits to. */
  started = false
  /** Nothing more will come. */
  ended = false
  readonly #wire: ResponseWire
  readonly #method: string
  readonly #nonce: string | undefined
  #chunked = false
  #keep = false
  #bodyless = false

  constructor(wire: ResponseWire, method: string, packet: Packet) {
    this.#wire = wire
    this.#method = method
    this.#nonce = packet.keepAlive
  }

  start(status: string, headers: HeaderList, length: number | undefined): void {
    const code = Number(status.slice(0, 3))
    this.started = true
    this.#bodyless = isSelfDelimited(this.#method, code, undefined, false)
    this.#chunked = this.#nonce !== undefined && length === undefined && !this.#bodyless
    let head = headText(status, headers)
    if (this.#chunked) head += 'Transfer-Encoding: chunked\r\n'
    if (this.#nonce !== undefined && isSelfDelimited(this.#method, code, length, this.#chunked)) {
      const acknowledgement = this.#wire.acknowledge(this.#nonce)
      this.#keep = acknowledgement !== undefined
      if (this.#keep) head += `${keepAliveHeader}: ${acknowledgement}\r\n`
    }
    this.#wire.hold(`${head}\r\n`)
  }

  write(chunk: Bytes): void | Promise<void> {
    if (this.#bodyless) return undefined
    if (this.#chunked) this.#wire.hold(`${chunk.length.toString(16)}\r\n`)
    this.#wire.hold(chunk)
    if (this.#chunked) this.#wire.hold(chunkEnd)
    return this.#wire.congestion()
  }

  flush(): void {
    this.#wire.send()
  }

  end(): void {
    this.ended = true
    if (this.#chunked) this.#wire.hold(lastChunk)
    this.#wire.finished(this.#keep)
  }

  abort(error: Error): void {
    this.ended = true
    this.#wire.breakOff(error, false)
  }

  upgrade(status: string, headers: HeaderList, protocol: string): Duplex {
    this.started = true
    this.#wire.hold(`${headText(status, headers)}Connection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`)
    this.#wire.send()
    return this.#wire.handOver()
  }

  /** Sends an interim response (1xx). */
  protected sendInterim(status: string, headers: HeaderList): void {
    if (this.started) return
    this.#wire.hold(`${headText(status, headers)}\r\n`)
    this.#wire.send()
  }
}

/** To a peer that knows the keep-alive extension: it can tell an interim response from the final one. */
export class InformingResponse extends UwsgiResponse {
  inform(status: string, headers: HeaderList): void {
    this.sendInterim(status, headers)
  }
}

/** Status line and fields; an application's own copy of the acknowledging header is left out. */
function headText(status: string, headers: HeaderList): string {
  let text = `HTTP/1.1 ${status}\r\n`
  for (const [name, value] of headers) {
    if (name.length === keepAliveHeader.length && name.toLowerCase() === keepAliveHeader) continue
    text += `${name}: ${value}\r\n`
  }
  return text
}
