/**
 * One call passed on to a server elsewhere, whatever the protocol: the environ's body goes up, the HTTP/1 answer becomes
 * startResponse and a body, and each side waits for the slower one. Hop-by-hop fields stay on their hop (RFC 9110
 * section 7.6.1). A call on a kept connection that turns out to be dead is made once more when its method is idempotent
 * and no byte of its body is lost (RFC 9112 section 9.3.1). What went wrong before the answer began becomes a 502 or 504.
 */
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Body, Bytes, Environ, HeaderList, StartResponse } from '@trivet/gateway'
import { InputQueue } from '@trivet/gateway/server'
import type { ClientConnection } from '../client/connection.ts'
import type { ClientError } from '../client/client-error.ts'
import type { ResponseHead } from '../codec/head.ts'
import type { HeaderFields } from '../codec/header-fields.ts'
import { answerFields } from './answer-fields.ts'
import { answerFailure } from './failure.ts'
import { Upload, type UploadFraming } from './upload.ts'

/** What carries a request: a connection, or a place in a pipeline. */
export type Carrier = Pick<ClientConnection, 'write' | 'endBody' | 'pause' | 'resume' | 'abort' | 'upgrade'>

/** What a protocol says about its relays. */
export interface RelayOptions {
  /** Starts the exchange, which passes on to the relay what it hears. */
  request(): Carrier
  /** The request's body when it is at hand; else it is read from `tsgi.input`, in the framing given. */
  readonly body: Bytes | undefined
  readonly framing: UploadFraming
  /** A further field (in lower case) that stays on its hop. */
  readonly ownField?: string
  /** Told why a call gets no answer of the server's. */
  readonly onFailure?: ((error: ClientError) => void) | undefined
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** One call on its way; an exchange hands its events to the methods of the same names. */
export class Relay {
  readonly #environ: Environ
  readonly #options: RelayOptions
  readonly #upload: Upload
  readonly #answer: InputQueue
  /** Settles with the final head, or with what prevented it. */
  readonly #head = Promise.withResolvers<ResponseHead | ClientError>()
  #carrier: Carrier | undefined
  #retried = false
  #answered = false
  #trailers: HeaderFields | undefined

  constructor(environ: Environ, options: RelayOptions) {
    this.#environ = environ
    this.#options = options
    this.#upload = new Upload(environ, options.body, options.framing)
    this.#answer = new InputQueue({
      pause: () => this.#carrier?.pause(),
      resume: () => this.#carrier?.resume(),
    })
  }

  /** Makes the call; rejects when the client went away, or when `startResponse` refuses the answer's head. */
  async run(startResponse: StartResponse): Promise<Body> {
    const signal = this.#environ['tsgi.signal']
    signal.addEventListener('abort', this.#abort, { once: true })
    this.#carrier = this.#options.request()
    if (signal.aborted) this.#abort()
    const head = await this.#head.promise
    if (head instanceof Error) {
      this.#options.onFailure?.(head)
      return answerFailure(head, this.#environ, startResponse)
    }
    try {
      return this.#respond(head, startResponse)
    } catch (error) {
      this.#abort()
      throw error
    }
  }

  readonly #abort = (): void => this.#carrier?.abort()

  onConnected(carrier: Carrier): void {
    this.#upload.start(carrier)
  }

  onDrain(): void {
    this.#upload.go()
  }

  onHead(head: ResponseHead): void {
    if (head.status === 103) this.#hint(head)
    if (head.status < 200 && head.status !== 101) return
    this.#answered = true
    // The bytes behind a 101 are not HTTP: the socket is taken over when the client's side is ready for them.
    if (head.status === 101) this.#carrier?.pause()
    this.#head.resolve(head)
  }

  onData(chunk: Bytes): void {
    this.#answer.push(chunk)
  }

  onEnd(trailers: HeaderFields | undefined): void {
    this.#trailers = trailers
    this.#answer.end()
    this.#finish()
  }

  onError(error: ClientError): void {
    if (error.reused && !this.#retried && !this.#upload.touched && idempotent.has(this.#environ.REQUEST_METHOD)) {
      this.#retried = true
      this.#carrier = this.#options.request()
      return
    }
    if (this.#answered) this.#answer.fail(error)
    else this.#head.resolve(error)
    this.#finish()
  }

  #finish(): void {
    this.#carrier = undefined
    this.#upload.stop()
    this.#environ['tsgi.signal'].removeEventListener('abort', this.#abort)
  }

  /** A hint that cannot be passed on is left out: the answer itself is still to come. */
  #hint(head: ResponseHead): void {
    try {
      this.#environ['tsgi.early_hints']?.(answerFields(head, this.#options.ownField))
    } catch (error) {
      this.#environ['tsgi.errors'].write(`forward: early hints left out: ${String(error)}\n`)
    }
  }

  #respond(head: ResponseHead, startResponse: StartResponse): Body {
    const fields = answerFields(head, this.#options.ownField)
    if (head.status === 101) return this.#switch(head, fields, startResponse)
    startResponse(`${head.status} ${head.reason}`, fields)
    const whole = this.#trailers === undefined ? this.#answer.buffered : undefined
    if (whole !== undefined) return [whole]
    return {
      [Symbol.asyncIterator]: () => this.#answer[Symbol.asyncIterator](),
      trailers: (): HeaderList => [...(this.#trailers ?? [])],
      close: this.#abort,
    }
  }

  #switch(head: ResponseHead, fields: HeaderList, startResponse: StartResponse): Body {
    const protocol = head.headers.get('upgrade')?.toLowerCase() ?? ''
    startResponse(`101 ${head.reason}`, [...fields, ['tsgi.protocol', protocol]])
    const body = async (client: Duplex): Promise<void> => {
      const server = this.#carrier?.upgrade()
      if (server === undefined) throw new Error('the server went away after it had switched protocols')
      this.#finish()
      // Either side may break the tunnel off; the other is then destroyed, and that is all there is to tell.
      await pipeline(client, server, client).catch(() => {})
    }
    return Object.assign(body, { close: this.#abort })
  }
}
