/** Connections to one uwsgi server: kept with servers that acknowledge it, used once with all others. */
import { randomBytes } from 'node:crypto'
import { type Address, type ClientConnection, type ClientOptions, ClientPool } from '@trivet/http1/client'
import { Nonces, parseAcknowledgement } from '../keepalive.ts'
import { PacketWriter } from '../packet-writer.ts'
import type { ExchangeEnvironment, UwsgiExchange } from './exchange.ts'
import { Pipelines } from './pipelines.ts'

/** How a pool behaves; timeouts and bounds are those of `ClientPool`. */
export interface UwsgiPoolOptions extends Omit<ClientOptions, 'cgi'> {
  /** Offer to keep connections; servers that do not know the extension see one more var and close as ever. Default true. */
  readonly keepAlive?: boolean
  /** Send `pipelinable` requests behind others where the server allows it. Default true. */
  readonly pipelining?: boolean
}

/** What can be done with a request that was started. */
export type UwsgiRequest = Pick<ClientConnection, 'write' | 'endBody' | 'pause' | 'resume' | 'abort' | 'upgrade'>

/** A pool of uwsgi connections to one address. */
export class UwsgiPool {
  readonly #pool: ClientPool
  readonly #pipelines: Pipelines | undefined
  readonly #environment: ExchangeEnvironment
  #suffix = ''
  #depth = 1
  #capacity: number | undefined

  constructor(address: Address, options: UwsgiPoolOptions = {}) {
    const { keepAlive = true, pipelining = true, ...rest } = options
    // uWSGI lets applications end head lines as they like, so a bare LF is taken for a line end here.
    this.#pool = new ClientPool(address, { bareLf: true, ...rest })
    this.#pipelines = keepAlive && pipelining ? new Pipelines(address, rest, this, this.#pool) : undefined
    this.#environment = {
      writer: new PacketWriter(),
      nonces: keepAlive ? new Nonces(randomBytes(9).toString('base64url')) : undefined,
      acknowledged: (suffix) => this.#learn(suffix),
    }
  }

  /** Starts a request: on a kept connection, behind others (if it is `pipelinable` and all are busy), or on a new one. */
  request(exchange: UwsgiExchange): UwsgiRequest {
    exchange.attach(this.#environment)
    // Until a server has said how much it takes, there is nothing to gain but the risk of a retry.
    const known = this.#depth > 1 || this.#capacity !== undefined
    const pipelined = exchange.pipelinable && known ? this.#pipelines?.request(exchange) : undefined
    return pipelined ?? this.#pool.request(exchange)
  }

  /** Requests that wait until the server can work on them. */
  get waiting(): number {
    return this.#pipelines?.waiting ?? 0
  }

  /** Connections waiting for a request. */
  get idle(): number {
    return this.#pool.idle + (this.#pipelines?.idle ?? 0)
  }

  /** Connections with a request on them. */
  get busy(): number {
    return this.#pool.busy + (this.#pipelines?.busy ?? 0)
  }

  /** How deep the server lets a connection be pipelined, as of its last acknowledgement; 1 until it said so. */
  get depth(): number {
    return this.#depth
  }

  /** How many requests the server said it can work on at once. */
  get capacity(): number | undefined {
    return this.#capacity
  }

  /** Closes idle connections now and busy ones after their answer. */
  close(): void {
    this.#pool.close()
    this.#pipelines?.close()
  }

  /** The parameters behind the nonce; they seldom change. */
  #learn(suffix: string): void {
    if (suffix === this.#suffix) return
    this.#suffix = suffix
    const acknowledgement = parseAcknowledgement(`x${suffix}`)
    this.#depth = acknowledgement?.depth ?? 1
    this.#capacity = acknowledgement?.capacity
  }
}
