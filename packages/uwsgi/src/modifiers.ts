/**
 * The first byte of a packet, `modifier1`, says what the rest means (uWSGI's "protocol modifiers"). Only the
 * modifiers that carry a request are ever served; the table is there for errors that say what was asked for.
 */
export const modifierNames: ReadonlyMap<number, string> = new Map([
  [0, 'WSGI'],
  [5, 'PSGI'],
  [6, 'Lua'],
  [7, 'Rack'],
  [8, 'JWSGI'],
  [9, 'CGI'],
  [10, 'XML configuration'],
  [11, 'Go'],
  [14, 'PHP'],
  [15, 'Mono'],
  [17, 'spool'],
  [18, 'symcall'],
  [22, 'eval'],
  [23, 'XSLT'],
  [24, 'V8'],
  [25, 'Mono'],
  [30, 'WSGI with SCRIPT_NAME stripped'],
  [31, 'generic message'],
  [72, 'HTTP'],
  [100, 'ping'],
  [101, 'echo'],
  [109, 'legion'],
  [110, 'signal'],
  [111, 'cache'],
  [173, 'RPC'],
  [224, 'subscription'],
])

/** Modifier of a liveness question: an empty packet, answered with `pong`. */
export const pingModifier = 100

/** Modifier of a request whose SCRIPT_NAME prefix is to be taken off PATH_INFO. */
export const stripModifier = 30

/** The answer to a ping: modifier1 100, no size, modifier2 1. */
export const pong: Uint8Array = Uint8Array.of(pingModifier, 0, 0, 1)

/** The first four bytes of what is commonly spoken to a uwsgi socket by mistake. */
const strangers: ReadonlyMap<string, string> = new Map([
  ['GET ', 'HTTP'],
  ['HEAD', 'HTTP'],
  ['POST', 'HTTP'],
  ['PUT ', 'HTTP'],
  ['DELE', 'HTTP'],
  ['OPTI', 'HTTP'],
  ['PATC', 'HTTP'],
  ['TRAC', 'HTTP'],
  ['CONN', 'HTTP'],
  ['PROP', 'HTTP'],
  ['PRI ', 'HTTP/2'],
  ['HTTP', 'HTTP, and answers before it was asked'],
  ['PROX', 'the PROXY protocol'],
  ['SSH-', 'SSH'],
])

/** Names the protocol whose first four bytes (latin-1) these are, when it is not uwsgi. */
export function recognizeStranger(firstBytes: string): string | undefined {
  // A TLS record of type handshake (22), version 3.x (RFC 8446 section 5.1).
  return firstBytes.startsWith('\u0016\u0003') ? 'TLS' : strangers.get(firstBytes)
}
