import { pipeline } from 'node:stream'
import type { Body, Bytes, Environ, HeaderList, StartResponse } from '@trivet/gateway'
import type { ResponseHead } from '@trivet/http1'
import type { ClientConnection, ClientError } from '@trivet/http1/client'
import { UwsgiExchange } from '../client/exchange.ts'
import type { UwsgiPool, UwsgiRequest } from '../client/pool.ts'
import { isPipelinable, keepAliveHeader } from '../keepalive.ts'
import type { PacketWriter } from '../packet-writer.ts'
import type { ForwardOptions } from './forward.ts'

/** How much of an answer may wait unread before the wire is paused. */
const highWaterMark = 256 * 1024

/** Fields between the two ends of one connection; the server in front frames its own answer. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'proxy-connection',
  keepAliveHeader,
])

/** One attempt to make a call over uwsgi. */
export class ForwardedCall extends UwsgiExchange {
  readonly method: string
  override readonly modifier1: number
  override readonly modifier2: number
  /** Settles with undefined at the final head, or with what prevented it. */
  readonly head: Promise<ClientError | undefined>
  /** Part of a streamed request body was taken: the call cannot be repeated. */
  bodyTouched = false
  readonly #environ: Environ
  readonly #body: Bytes | undefined
  readonly #vars: Readonly<Record<string, string>> | undefined
  readonly #settleHead: (error: ClientError | undefined) => void
  override readonly pipelinable: boolean
  #connection: UwsgiRequest | undefined
  #answer: ResponseHead | undefined
  #chunks: Bytes[] = []
  #size = 0
  #ended = false
  #error: ClientError | undefined
  #wakeReader: (() => void) | undefined
  #wakeWriter: (() => void) | undefined

  constructor(environ: Environ, body: Bytes | undefined, options: ForwardOptions) {
    super()
    this.#environ = environ
    this.#body = body
    this.#vars = options.vars
    this.method = environ.REQUEST_METHOD
    this.pipelinable = isPipelinable(this.method, body?.length ?? 1) && environ['HTTP_UPGRADE'] === undefined
    this.modifier1 = options.modifier1 ?? 0
    this.modifier2 = options.modifier2 ?? 0
    const { promise, resolve } = Promise.withResolvers<ClientError | undefined>()
    this.head = promise
    this.#settleHead = resolve
  }

  /** Begins; a client that goes away ends it. */
  start(pool: UwsgiPool): void {
    this.#environ['tsgi.signal'].addEventListener('abort', this.#abort, { once: true })
    this.#connection = pool.request(this)
    if (this.#environ['tsgi.signal'].aborted) this.#abort()
  }

  addVars(writer: PacketWriter): void {
    for (const [key, value] of Object.entries(this.#environ as unknown as Record<string, unknown>)) {
      if (typeof value !== 'string' || key.startsWith('tsgi.') || key === 'HTTP_TRANSFER_ENCODING') continue
      if (key !== 'CONTENT_LENGTH' && key !== 'UWSGI_KEEPALIVE') writer.add(key, value)
    }
    const length = this.#body === undefined ? this.#environ.CONTENT_LENGTH : String(this.#body.length)
    writer.add('CONTENT_LENGTH', length ?? '')
    if (this.#vars !== undefined) for (const key of Object.keys(this.#vars)) writer.add(key, this.#vars[key] ?? '')
  }

  override onConnected(connection: ClientConnection): void {
    if (this.#body === undefined) void this.#sendInput(connection)
    else {
      if (this.#body.length > 0) connection.write(this.#body)
      connection.endBody()
    }
  }

  onHead(head: ResponseHead): void {
    if (head.status < 200 && head.status !== 101) {
      this.#environ['tsgi.early_hints']?.(headerList(head))
      return
    }
    this.#answer = head
    if (head.status === 101) this.#connection?.pause()
    this.#settleHead(undefined)
  }

  onData(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size > highWaterMark) this.#connection?.pause()
    this.#wakeReader?.()
  }

  onEnd(): void {
    this.#ended = true
    this.#finish()
  }

  onError(error: ClientError): void {
    this.#error = error
    this.#settleHead(error)
    this.#finish()
  }

  override onDrain(): void {
    this.#wakeWriter?.()
  }

  /** The answer's head, then its body: an array when all of it is here already. */
  respond(startResponse: StartResponse): Body {
    const head = this.#answer
    if (head === undefined) throw new Error('no head has come')
    const headers = headerList(head)
    if (head.status === 101) {
      startResponse(`101 ${head.reason}`, [
        ...headers,
        ['tsgi.protocol', head.headers.get('upgrade')?.toLowerCase() ?? ''],
      ])
      return (stream) => {
        const upstream = this.#connection?.upgrade()
        if (upstream !== undefined) pipeline(stream, upstream, stream, () => {})
      }
    }
    startResponse(`${head.status} ${head.reason}`, headers)
    if (this.#ended) return this.#chunks
    return { [Symbol.asyncIterator]: () => this.#read(), close: this.#abort }
  }

  readonly #abort = (): void => {
    if (!this.#ended && this.#error === undefined) this.#connection?.abort()
  }

  async *#read(): AsyncGenerator<Bytes, void, undefined> {
    for (;;) {
      const chunks = this.#chunks
      this.#chunks = []
      this.#size = 0
      if (chunks.length > 0) this.#connection?.resume()
      yield* chunks
      if (this.#chunks.length > 0) continue
      if (this.#error !== undefined) throw this.#error
      if (this.#ended) return
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve
      })
    }
  }

  async #sendInput(connection: ClientConnection): Promise<void> {
    this.bodyTouched = true
    let left = Number(this.#environ.CONTENT_LENGTH)
    try {
      for await (const chunk of this.#environ['tsgi.input']) {
        if (this.#ended || this.#error !== undefined) return
        left -= chunk.length
        if (!connection.write(chunk)) {
          await new Promise<void>((resolve) => {
            this.#wakeWriter = resolve
          })
        }
      }
      if (left === 0) connection.endBody()
      else connection.abort(new Error(`the request body differs by ${left} bytes from its CONTENT_LENGTH`))
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #finish(): void {
    this.#environ['tsgi.signal'].removeEventListener('abort', this.#abort)
    this.#wakeReader?.()
    this.#wakeWriter?.()
  }
}

function headerList(head: ResponseHead): HeaderList {
  const list: HeaderList = []
  const { headers } = head
  for (let i = 0; i < headers.size; i++) {
    if (!hopByHop.has(headers.lowerName(i))) list.push([headers.name(i), headers.value(i)])
  }
  return list
}
