import type { Limits } from '../codec/limits.ts'

/** Options of a pool; times in milliseconds. */
export interface ClientOptions {
  /** Limits of the response parser. */
  readonly limits?: Partial<Limits>
  /** For a connection to be accepted. */
  readonly connectTimeout?: number
  /** Between two writes the peer takes. */
  readonly sendTimeout?: number
  /** Between the end of the request and the answer, and between two pieces of it. */
  readonly readTimeout?: number
  /** Connections kept open when idle. */
  readonly idle?: number
  /** How long an idle connection is kept. */
  readonly idleTimeout?: number
  /** Requests after which a connection is not used again. */
  readonly maxRequests?: number
  /** Age beyond which a connection is not kept when its request is over. */
  readonly maxAge?: number
  /** Accept CGI heads, as SCGI and FastCGI answers have. */
  readonly cgi?: boolean
  /** Accept a bare LF as a line end in heads. */
  readonly bareLf?: boolean
}

/** The defaults: nginx's, for they are what servers are set up against; README.md gives the reasons. */
export const defaultClientOptions: Required<Omit<ClientOptions, 'limits' | 'cgi' | 'bareLf'>> = {
  connectTimeout: 60_000,
  sendTimeout: 60_000,
  readTimeout: 60_000,
  idle: 32,
  idleTimeout: 60_000,
  maxRequests: 10_000,
  maxAge: 3_600_000,
}
