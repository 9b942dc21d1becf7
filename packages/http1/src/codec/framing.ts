/**
 * Where a message ends (RFC 9112 section 6.3), read from its fields. Anything two readers could take two ways is refused
 * rather than repaired: Content-Length beside Transfer-Encoding, a repeated Content-Length even when equal, a coding list
 * other than exactly `chunked`, a coding in HTTP/1.0.
 */
import { AUTHORITY } from './characters.ts'
import { Http1Error } from './error.ts'

const mostDigits = 16

/** A Content-Length: digits and nothing else, up to 2^53 - 1. */
export function parseContentLength(value: string, previous: number | undefined): number {
  if (previous !== undefined) throw new Http1Error('repeated-content-length', 'Content-Length was sent more than once')
  let length = 0
  for (let i = 0; i < value.length; i++) {
    const digit = value.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) throw badLength(value)
    length = length * 10 + digit
  }
  if (value.length === 0 || value.length > mostDigits || !Number.isSafeInteger(length)) throw badLength(value)
  return length
}

function badLength(value: string): Http1Error {
  return new Http1Error(
    'invalid-content-length',
    `Content-Length is ${JSON.stringify(value.slice(0, 40))}, not a decimal size`,
  )
}

/** Accepts `chunked`, once, in HTTP/1.1; nothing else. */
export function checkTransferEncoding(value: string, minorVersion: 0 | 1, repeated: boolean): true {
  if (minorVersion === 0)
    throw new Http1Error('transfer-encoding-in-http-1.0', 'an HTTP/1.0 message has Transfer-Encoding')
  if (repeated) throw new Http1Error('repeated-transfer-encoding', 'Transfer-Encoding was sent more than once')
  if (value === 'chunked' || value.toLowerCase() === 'chunked') return true
  throw new Http1Error(
    'unsupported-transfer-coding',
    `Transfer-Encoding is ${JSON.stringify(value.slice(0, 40))}, not \`chunked\``,
  )
}

export function refuseBothFramings(): never {
  throw new Http1Error('content-length-and-transfer-encoding', 'both Content-Length and Transfer-Encoding were sent')
}

/** `uri-host [":" port]`, or empty. */
export function checkHost(value: string): void {
  for (let i = 0; i < value.length; i++) {
    if (AUTHORITY[value.charCodeAt(i)] !== 1) throw new Http1Error('invalid-host', 'Host is not a host and port')
  }
}

/** Bits for the options of a Connection field. */
export const CLOSE = 1
export const KEEP_ALIVE = 2
export const UPGRADE = 4

/** The Connection options this codec acts on, as bits. */
export function connectionOptions(value: string): number {
  if (value === 'keep-alive') return KEEP_ALIVE
  if (value === 'close') return CLOSE
  let bits = 0
  for (const part of value.toLowerCase().split(',')) {
    const option = part.trim()
    if (option === 'close') bits |= CLOSE
    else if (option === 'keep-alive') bits |= KEEP_ALIVE
    else if (option === 'upgrade') bits |= UPGRADE
  }
  return bits
}
