import type { Environ, Errors } from '@trivet/gateway'
import { textErrors } from '@trivet/gateway/server'
import type { Limits } from '../codec/limits.ts'
import type { RequestWatch } from './watch.ts'

/** Options of `serve`; times in milliseconds. */
export interface HttpServerOptions {
  /** Limits of the request parser. */
  readonly limits?: Partial<Limits>
  /** From the first byte of a head to its last, and from the connection to its first request. */
  readonly headTimeout?: number
  /** Between two pieces of a request's body. */
  readonly bodyTimeout?: number
  /** Between two pieces of an answer that the client takes. */
  readonly sendTimeout?: number
  /** Between two requests. */
  readonly keepAliveTimeout?: number
  /** How long a closed connection is read on, so that the client can read its answer before a reset. */
  readonly lingerTimeout?: number
  /** How much of an unread body is read over to keep the connection, in bytes. */
  readonly lingerBytes?: number
  /** Requests on one connection. */
  readonly maxRequests?: number
  /** Open connections; those beyond are closed at once. */
  readonly maxConnections?: number
  /** Told of each connection beyond `maxConnections`. */
  readonly onDrop?: () => void
  /** The Server field; empty for none. */
  readonly serverName?: string
  /** `tsgi.multiprocess`. */
  readonly multiprocess?: boolean
  /** Pairs added to every environ; names in lower case with a prefix. */
  readonly environ?: Readonly<Record<string, unknown>>
  /** `tsgi.errors`. */
  readonly errors?: Errors
  /** One line for each client that broke the protocol. Default: to `errors`. */
  readonly log?: (line: string) => void
  /** Takes what applications throw. Default: the stack to `tsgi.errors`. */
  readonly onError?: (error: Error, environ: Environ) => void
  /** Told of every request the application gets. */
  readonly watch?: RequestWatch | undefined
}

/** The settled options of a server. */
export interface Settings extends Required<Omit<HttpServerOptions, 'environ' | 'watch'>> {
  readonly watch: RequestWatch | undefined
  readonly environ: Readonly<Record<string, unknown>> | undefined
}

/** The defaults; README.md gives the reasons. */
export const defaultServerOptions: Required<
  Omit<HttpServerOptions, 'limits' | 'environ' | 'errors' | 'log' | 'onError' | 'watch'>
> = {
  headTimeout: 60_000,
  bodyTimeout: 60_000,
  sendTimeout: 60_000,
  keepAliveTimeout: 75_000,
  lingerTimeout: 5_000,
  lingerBytes: 64 * 1024,
  maxRequests: 10_000,
  maxConnections: Number.POSITIVE_INFINITY,
  onDrop: () => {},
  serverName: 'Trivet',
  multiprocess: false,
}

export function settle(options: HttpServerOptions): Settings {
  const errors = options.errors ?? textErrors()
  return {
    ...defaultServerOptions,
    limits: {},
    errors,
    log: (line) => errors.write(`${line}\n`),
    onError: (error, environ) => environ['tsgi.errors'].write(`${error.stack ?? String(error)}\n`),
    ...options,
    environ: options.environ,
    watch: options.watch,
  }
}
