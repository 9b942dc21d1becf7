/** One forwarded call: environ to request, answer to startResponse and body, with backpressure both ways. */
import type { Body, Bytes, Environ, HeaderList, StartResponse, StreamingBody } from '@trivet/gateway'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ClientConnection } from '../client/connection.ts'
import type { ClientError } from '../client/client-error.ts'
import type { Exchange } from '../client/exchange.ts'
import type { ClientPool } from '../client/pool.ts'
import type { ResponseHead } from '../codec/head.ts'
import type { HeaderFields } from '../codec/header-fields.ts'
import { chunkPrefix, lastChunk } from '../codec/writer.ts'
import { ChunkQueue } from './chunk-queue.ts'
import { encodeRequest, hasBody } from './forward-request.ts'

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
  'date',
  'server',
])
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

export class ForwardExchange implements Exchange {
  readonly method: string
  readonly #pool: ClientPool
  readonly #environ: Environ
  readonly #startResponse: StartResponse
  readonly #answer = Promise.withResolvers<Body>()
  readonly #body: ChunkQueue
  #connection: ClientConnection | undefined
  #drained: (() => void) | undefined
  #sentBody = false
  #retried = false
  #answered = false
  #trailers: HeaderFields | undefined

  constructor(pool: ClientPool, environ: Environ, startResponse: StartResponse) {
    this.#pool = pool
    this.#environ = environ
    this.#startResponse = startResponse
    this.method = environ.REQUEST_METHOD
    this.#body = new ChunkQueue({
      pause: () => this.#connection?.pause(),
      resume: () => this.#connection?.resume(),
      cancel: () => this.#connection?.abort(),
    })
  }

  start(): Promise<Body> {
    this.#environ['tsgi.signal'].addEventListener('abort', this.#onGone, { once: true })
    this.#connection = this.#pool.request(this)
    return this.#answer.promise
  }

  readonly #onGone = (): void => this.#connection?.abort()

  encode(): string {
    return encodeRequest(this.#environ)
  }

  onConnected(connection: ClientConnection): void {
    this.#connection = connection
    if (hasBody(this.#environ)) void this.#sendBody(connection)
    else connection.endBody()
  }

  async #sendBody(connection: ClientConnection): Promise<void> {
    const chunked = this.#environ.CONTENT_LENGTH === undefined
    try {
      for await (const chunk of this.#environ['tsgi.input']) {
        this.#sentBody = true
        if (chunked) connection.write(chunkPrefix(chunk.length))
        const taken = connection.write(chunk)
        if (chunked) connection.write('\r\n')
        if (!taken) await new Promise<void>((resolve) => (this.#drained = resolve))
      }
      if (chunked) connection.write(lastChunk)
      connection.endBody()
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  onDrain(): void {
    this.#drained?.()
    this.#drained = undefined
  }

  onHead(head: ResponseHead): void {
    try {
      this.#passHead(head)
    } catch (error) {
      // startResponse refused what came: the answer's fields, or a status that is no answer here.
      this.#answer.reject(error)
      this.#connection?.abort()
    }
  }

  #passHead(head: ResponseHead): void {
    const headers: HeaderList = []
    for (const [name, value] of head.headers) if (!hopByHop.has(name.toLowerCase())) headers.push([name, value])
    if (head.status === 101) return this.#upgrade(head, headers)
    if (head.status === 103) return this.#environ['tsgi.early_hints']?.(headers)
    if (head.status < 200) return undefined
    this.#answered = true
    this.#startResponse(`${head.status} ${head.reason}`, headers)
    const body: Body = Object.assign(this.#body.iterate(), {
      trailers: (): HeaderList => [...(this.#trailers ?? [])],
      close: (): void => this.#close(),
    })
    return this.#answer.resolve(body)
  }

  #upgrade(head: ResponseHead, headers: HeaderList): void {
    const socket = this.#connection?.upgrade()
    if (socket === undefined) return undefined
    this.#answered = true
    this.#environ['tsgi.signal'].removeEventListener('abort', this.#onGone)
    const protocol = (head.headers.get('upgrade') ?? '').toLowerCase()
    this.#startResponse(`101 ${head.reason}`, [...headers, ['tsgi.protocol', protocol]])
    const stream: StreamingBody = (client: Duplex) => pipeline(client, socket, client)
    return this.#answer.resolve(stream)
  }

  onData(chunk: Bytes): void {
    this.#body.push(chunk)
  }

  onEnd(trailers: HeaderFields | undefined): void {
    this.#trailers = trailers
    this.#connection = undefined
    this.#body.end()
    this.#finish()
  }

  onError(error: ClientError): void {
    this.#connection = undefined
    if (error.reused && !this.#retried && !this.#sentBody && idempotent.has(this.method) && !hasBody(this.#environ)) {
      this.#retried = true
      this.#connection = this.#pool.request(this)
      return
    }
    if (this.#answered) this.#body.fail(error)
    else this.#answer.reject(error)
    this.#finish()
  }

  #finish(): void {
    this.onDrain()
    this.#environ['tsgi.signal'].removeEventListener('abort', this.#onGone)
  }

  #close(): void {
    this.#connection?.abort()
  }
}
