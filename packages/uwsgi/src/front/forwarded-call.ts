import type { Body, Bytes, Environ, StartResponse } from '@trivet/gateway'
import type { HeaderFields, ResponseHead } from '@trivet/http1'
import type { ClientConnection, ClientError } from '@trivet/http1/client'
import { Relay } from '@trivet/http1/gateway'
import { UwsgiExchange } from '../client/exchange.ts'
import type { UwsgiPool } from '../client/pool.ts'
import { isPipelinable, keepAliveHeader, keepAliveVar } from '../keepalive.ts'
import type { PacketWriter } from '../packet-writer.ts'
import type { ForwardOptions } from './forward.ts'

/** A relayed call in uwsgi. */
export class ForwardedCall extends UwsgiExchange {
  readonly method: string
  override readonly modifier1: number
  override readonly modifier2: number
  override readonly pipelinable: boolean
  readonly #environ: Environ
  readonly #body: Bytes | undefined
  readonly #vars: Readonly<Record<string, string>> | undefined
  readonly #relay: Relay

  /** `body`: undefined when it is to be read from `tsgi.input`. */
  constructor(pool: UwsgiPool, environ: Environ, body: Bytes | undefined, options: ForwardOptions) {
    super()
    this.#environ = environ
    this.#body = body
    this.#vars = options.vars
    this.method = environ.REQUEST_METHOD
    this.pipelinable = isPipelinable(this.method, body?.length ?? 1) && environ['HTTP_UPGRADE'] === undefined
    this.modifier1 = options.modifier1 ?? 0
    this.modifier2 = options.modifier2 ?? 0
    this.#relay = new Relay(environ, {
      request: () => pool.request(this),
      body,
      framing: 'length',
      ownField: keepAliveHeader,
      onFailure: options.onFailure,
    })
  }

  run(startResponse: StartResponse): Promise<Body> {
    return this.#relay.run(startResponse)
  }

  addVars(writer: PacketWriter): void {
    for (const [key, value] of Object.entries(this.#environ as unknown as Record<string, unknown>)) {
      if (typeof value !== 'string' || key.startsWith('tsgi.') || key === 'HTTP_TRANSFER_ENCODING') continue
      if (key !== 'CONTENT_LENGTH' && key !== keepAliveVar) writer.add(key, value)
    }
    writer.add('CONTENT_LENGTH', this.#length())
    if (this.#vars !== undefined) for (const key of Object.keys(this.#vars)) writer.add(key, this.#vars[key] ?? '')
  }

  /** Empty says that there was none, as nginx says it. */
  #length(): string {
    const sent = this.#environ.CONTENT_LENGTH
    const size = this.#body?.length
    return size === undefined || (size === 0 && sent === undefined) ? (sent ?? '') : String(size)
  }

  override onConnected(connection: ClientConnection): void {
    this.#relay.onConnected(connection)
  }

  override onDrain(): void {
    this.#relay.onDrain()
  }

  onHead(head: ResponseHead): void {
    this.#relay.onHead(head)
  }

  onData(chunk: Uint8Array): void {
    this.#relay.onData(chunk)
  }

  onEnd(trailers: HeaderFields | undefined): void {
    this.#relay.onEnd(trailers)
  }

  onError(error: ClientError): void {
    this.#relay.onError(error)
  }
}
