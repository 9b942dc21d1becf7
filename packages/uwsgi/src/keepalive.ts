/**
 * The keep-alive extension of KEEPALIVE.md, as pure functions. A client that can reuse the connection adds the var
 * UWSGI_KEEPALIVE with a nonce of its own; a server that can too echoes the nonce in one response header, together
 * with how deep the connection may be pipelined and how many requests it can take at once.
 */

/** The var by which a client offers to keep the connection. Not `HTTP_*`: a browser cannot forge it. */
export const keepAliveVar = 'UWSGI_KEEPALIVE'

/** The response header by which a server accepts; lower case, as it is compared. */
export const keepAliveHeader = 'uwsgi-keepalive'

/** A server's acceptance. */
export interface Acknowledgement {
  /** The nonce of the request that is answered. */
  readonly nonce: string
  /** Requests the server accepts on this connection before it has answered the first of them; at least 1. */
  readonly depth: number
  /** Requests the server can work on at once, over all its connections; undefined when it does not say. */
  readonly capacity: number | undefined
}

const nonceSyntax = /^[\w-]{1,64}$/
const acknowledgementSyntax = /^([\w-]{1,64})((?:; ?[a-z]{1,32}=\d{1,9}){0,8})$/

/** Whether `text` can be a nonce: 1 to 64 letters, digits, `_` or `-`. A var with anything else offers nothing. */
export function isNonce(text: string): boolean {
  return nonceSyntax.test(text)
}

/** Makes nonces from a random prefix, one per request, so that a cached or misplaced answer never matches. */
export class Nonces {
  readonly #prefix: string
  #count = 0

  /** `prefix`: up to 48 letters, digits, `_` or `-` that no other client shares. */
  constructor(prefix: string) {
    if (!isNonce(prefix) || prefix.length > 48) throw new TypeError(`not a nonce prefix: ${JSON.stringify(prefix)}`)
    this.#prefix = prefix
  }

  next(): string {
    return this.#prefix + (this.#count++).toString(36)
  }
}

/** The value of the acknowledging header. */
export function formatAcknowledgement(nonce: string, depth: number, capacity?: number): string {
  return `${nonce}; depth=${depth}${capacity === undefined ? '' : `; capacity=${capacity}`}`
}

/** Reads the acknowledging header; undefined when it is none. Unknown parameters are ignored. */
export function parseAcknowledgement(value: string): Acknowledgement | undefined {
  const match = acknowledgementSyntax.exec(value)
  const nonce = match?.[1]
  if (nonce === undefined) return undefined
  const parameters = match?.[2] ?? ''
  return { nonce, depth: Math.max(1, parameter(parameters, 'depth') ?? 1), capacity: parameter(parameters, 'capacity') }
}

/** Whether an acknowledging header's value is for this nonce; cheaper than parsing it. */
export function acknowledges(value: string, nonce: string): boolean {
  return value.startsWith(nonce) && (value.length === nonce.length || value[nonce.length] === ';')
}

function parameter(parameters: string, name: string): number | undefined {
  const digits = new RegExp(`; ?${name}=(\\d+)`).exec(parameters)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Whether a response to this request says itself where it ends: the condition for an acknowledgement. */
export function isSelfDelimited(
  method: string,
  status: number,
  contentLength: number | undefined,
  chunked: boolean,
): boolean {
  return contentLength !== undefined || chunked || method === 'HEAD' || status === 204 || status === 304
}

/** Whether a request may be sent behind others that are not answered yet: it can be repeated and has no body. */
export function isPipelinable(method: string, bodySize: number): boolean {
  return bodySize === 0 && (method === 'GET' || method === 'HEAD' || method === 'OPTIONS')
}
