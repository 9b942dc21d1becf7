/**
 * An application that puts its calls on a uwsgi wire: the environ becomes vars, `tsgi.input` the body, and the HTTP/1
 * answer a response. A request whose length is not known is read to its end first, because uwsgi has no other way to
 * say where a body ends.
 */
import type { Application, Body, Bytes, Environ, StartResponse } from '@trivet/gateway'
import type { Address, ClientError } from '@trivet/http1/client'
import { answer } from '@trivet/http1/gateway'
import { parseAddress } from '../client/address.ts'
import { UwsgiPool, type UwsgiPoolOptions } from '../client/pool.ts'
import { ForwardedCall } from './forwarded-call.ts'

/** How calls are forwarded. */
export interface ForwardOptions extends UwsgiPoolOptions {
  readonly modifier1?: number
  readonly modifier2?: number
  /** The most that is read ahead of a request that does not tell its length, in bytes. */
  readonly unknownLength?: number
  /** Told why a call gets no answer of the server's, before it is answered with 502 or 504. */
  readonly onFailure?: (error: ClientError) => void
  /** Vars added to each packet, after the environ's own. */
  readonly vars?: Readonly<Record<string, string>>
}

/** 1 MiB, nginx's `client_max_body_size`: what a request without a length may cost in memory. */
const defaultUnknownLength = 1024 * 1024

/** An application behind a uwsgi socket: `unix:/path`, `host:port`, an address, or a pool of connections to one. */
export function forward(target: string | Address | UwsgiPool, options: ForwardOptions = {}): Application {
  const pool =
    target instanceof UwsgiPool
      ? target
      : new UwsgiPool(typeof target === 'string' ? parseAddress(target) : target, options)
  return (environ, startResponse) => call(pool, options, environ, startResponse)
}

async function call(
  pool: UwsgiPool,
  options: ForwardOptions,
  environ: Environ,
  startResponse: StartResponse,
): Promise<Body> {
  const limit = options.unknownLength ?? defaultUnknownLength
  const body = await bodyAtHand(environ, limit)
  if (body !== undefined && body.length > limit && environ.CONTENT_LENGTH === undefined)
    return answer(startResponse, '413 Content Too Large', 'a body without a length is too large to hold')
  return new ForwardedCall(pool, environ, body, options).run(startResponse)
}

/** Undefined: `tsgi.input` is to be streamed, CONTENT_LENGTH bytes of it. */
async function bodyAtHand(environ: Environ, limit: number): Promise<Bytes | undefined> {
  const input = environ['tsgi.input']
  if (input.buffered !== undefined || environ.CONTENT_LENGTH !== undefined) return input.buffered
  return input.read(limit + 1)
}
