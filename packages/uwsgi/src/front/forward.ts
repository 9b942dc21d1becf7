/**
 * An application that puts its calls on a uwsgi wire: the environ becomes vars, `tsgi.input` the body, and the HTTP/1
 * answer a response. Bodies stream both ways, each side waiting for the slower one. A request whose length is not known
 * is read to its end first, because uwsgi has no other way to say where a body ends.
 */
import type { Application, Body, Bytes, Environ, HeaderList, StartResponse } from '@trivet/gateway'
import type { Address, ClientError } from '@trivet/http1/client'
import { parseAddress } from '../client/address.ts'
import { UwsgiPool, type UwsgiPoolOptions } from '../client/pool.ts'
import { ForwardedCall } from './forwarded-call.ts'

/** How calls are forwarded. */
export interface ForwardOptions extends UwsgiPoolOptions {
  readonly modifier1?: number
  readonly modifier2?: number
  /** The most that is read ahead of a request that does not tell its length, in bytes. */
  readonly unknownLength?: number
  /** Vars added to each packet, after the environ's own. */
  readonly vars?: Readonly<Record<string, string>>
}

/** 1 MiB, nginx's `client_max_body_size`: what a request without a length may cost in memory. */
export const defaultUnknownLength: number = 1024 * 1024

/** An application behind a uwsgi socket: `unix:/path`, `host:port` or an address. */
export function forward(target: string | Address, options: ForwardOptions = {}): Application {
  const pool = new UwsgiPool(typeof target === 'string' ? parseAddress(target) : target, options)
  return (environ, startResponse) => new Forwarding(pool, options, environ, startResponse).run()
}

class Forwarding {
  readonly #pool: UwsgiPool
  readonly #options: ForwardOptions
  readonly #environ: Environ
  readonly #startResponse: StartResponse

  constructor(pool: UwsgiPool, options: ForwardOptions, environ: Environ, startResponse: StartResponse) {
    this.#pool = pool
    this.#options = options
    this.#environ = environ
    this.#startResponse = startResponse
  }

  async run(): Promise<Body> {
    const body = await this.#requestBody()
    if (body === 'too-long')
      return this.#answer('413 Content Too Large', 'a body without a length is too large to hold')
    for (;;) {
      const call = new ForwardedCall(this.#environ, body, this.#options)
      call.start(this.#pool)
      const error = await call.head
      if (error === undefined) return call.respond(this.#startResponse)
      if (!error.reused || call.bodyTouched) return this.#failed(error)
    }
  }

  /** Undefined: `tsgi.input` is to be streamed, CONTENT_LENGTH bytes of it. */
  async #requestBody(): Promise<Bytes | undefined | 'too-long'> {
    const input = this.#environ['tsgi.input']
    if (input.buffered !== undefined) return input.buffered
    if (this.#environ.CONTENT_LENGTH !== undefined) return undefined
    const limit = this.#options.unknownLength ?? defaultUnknownLength
    const body = await input.read(limit + 1)
    return body.length > limit ? 'too-long' : body
  }

  #failed(error: ClientError): Body {
    if (error.code === 'aborted') throw error
    const tooBig = error.cause !== undefined && (error.cause as { code?: unknown }).code === 'request-too-big'
    const late = error.code === 'read-timeout' || error.code === 'connect-timeout' || error.code === 'send-timeout'
    this.#environ['tsgi.errors'].write(`uwsgi: ${error.message}\n`)
    if (tooBig) return this.#answer('431 Request Header Fields Too Large', 'the request is too big for uwsgi')
    return late
      ? this.#answer('504 Gateway Timeout', 'the application server did not answer in time')
      : this.#answer('502 Bad Gateway', 'the application server did not answer')
  }

  #answer(status: string, text: string): Body {
    const headers: HeaderList = [['Content-Type', 'text/plain; charset=utf-8']]
    this.#startResponse(status, headers)
    return [Buffer.from(`${status}\n\n${text}\n`)]
  }
}
