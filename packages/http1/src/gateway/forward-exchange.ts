import type { Body, Bytes, Environ, StartResponse } from '@trivet/gateway'
import type { ClientConnection } from '../client/connection.ts'
import type { ClientError } from '../client/client-error.ts'
import type { Exchange } from '../client/exchange.ts'
import type { ClientPool } from '../client/pool.ts'
import type { ResponseHead } from '../codec/head.ts'
import type { HeaderFields } from '../codec/header-fields.ts'
import { encodeRequest } from './forward-request.ts'
import { Relay } from './relay.ts'

/** A relayed call in HTTP/1.1. */
export class ForwardExchange implements Exchange {
  readonly method: string
  readonly #environ: Environ
  readonly #body: Bytes | undefined
  readonly #relay: Relay

  constructor(pool: ClientPool, environ: Environ) {
    this.method = environ.REQUEST_METHOD
    this.#environ = environ
    this.#body = environ['tsgi.input'].buffered
    this.#relay = new Relay(environ, {
      request: () => pool.request(this),
      body: this.#body,
      framing: environ.CONTENT_LENGTH === undefined ? 'chunked' : 'length',
    })
  }

  run(startResponse: StartResponse): Promise<Body> {
    return this.#relay.run(startResponse)
  }

  encode(): string {
    return encodeRequest(this.#environ, this.#body)
  }

  onConnected(connection: ClientConnection): void {
    this.#relay.onConnected(connection)
  }

  onDrain(): void {
    this.#relay.onDrain()
  }

  onHead(head: ResponseHead): void {
    this.#relay.onHead(head)
  }

  onData(chunk: Bytes): void {
    this.#relay.onData(chunk)
  }

  onEnd(trailers: HeaderFields | undefined): void {
    this.#relay.onEnd(trailers)
  }

  onError(error: ClientError): void {
    this.#relay.onError(error)
  }
}
