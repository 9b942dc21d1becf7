/** Bounds on what a peer can make a parser hold or count; sizes in bytes. */
export interface Limits {
  /** The request line or status line with its line end. */
  readonly requestLine: number
  /** The whole head: first line, fields and the empty line. */
  readonly head: number
  /** Fields in a head, and fields in trailers. */
  readonly fields: number
  /** Empty lines tolerated before a request (RFC 9112 section 2.2). */
  readonly emptyLines: number
  /** All chunk extensions of one message together. */
  readonly chunkExtensions: number
  /** The trailer section with its empty line. */
  readonly trailers: number
}

/** The defaults; README.md gives the reason for each. */
export const defaultLimits: Limits = {
  requestLine: 8 * 1024,
  head: 32 * 1024,
  fields: 100,
  emptyLines: 4,
  chunkExtensions: 4 * 1024,
  trailers: 8 * 1024,
}
