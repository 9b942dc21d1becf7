/**
 * Heads and chunk framing as latin-1 strings. A name, value, target or reason that could break out of its line is
 * refused here, so that no caller can split a response; so is a character over U+00FF, whose low byte might be CR or LF.
 */
import { TEXT, TOKEN, VISIBLE } from './characters.ts'
import { Http1Error } from './error.ts'

function local(
  code: 'invalid-method' | 'invalid-target' | 'invalid-status-line' | 'invalid-field-name' | 'invalid-field-value',
  text: string,
): Http1Error {
  return new Http1Error(code, `cannot write ${JSON.stringify(text.slice(0, 60))}`, 'local')
}

function isAll(table: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (table[text.charCodeAt(i)] !== 1) return false
  return true
}

/** Names found to be tokens; bounded, because applications may make names up. */
const goodNames = new Set<string>()
const goodNamesKept = 1000

function checkName(name: string): void {
  if (goodNames.has(name)) return
  if (name.length === 0 || !isAll(TOKEN, name)) throw local('invalid-field-name', name)
  if (goodNames.size < goodNamesKept) goodNames.add(name)
}

/** One field line. */
export function fieldLine(name: string, value: string): string {
  checkName(name)
  if (!isAll(TEXT, value)) throw local('invalid-field-value', `${name}: ${value}`)
  return `${name}: ${value}\r\n`
}

function fieldLines(headers: Iterable<readonly [string, string]>): string {
  let lines = ''
  for (const [name, value] of headers) lines += fieldLine(name, value)
  return lines
}

/** A request head, the empty line included. */
export function requestHead(
  method: string,
  target: string,
  headers: Iterable<readonly [string, string]>,
  minorVersion: 0 | 1 = 1,
): string {
  if (method.length === 0 || !isAll(TOKEN, method)) throw local('invalid-method', method)
  if (target.length === 0 || !isAll(VISIBLE, target)) throw local('invalid-target', target)
  return `${method} ${target} HTTP/1.${minorVersion}\r\n${fieldLines(headers)}\r\n`
}

const statusLines = new Map<string | number, string>()
const statusLinesKept = 200

/** The status line of `'200 OK'` or `404`, made once for each. */
export function statusLine(status: string | number, minorVersion: 0 | 1 = 1): string {
  if (minorVersion === 1) {
    const known = statusLines.get(status)
    if (known !== undefined) return known
  }
  const text = String(status)
  if (!/^[1-9]\d\d(?: |$)/.test(text) || !isAll(TEXT, text)) throw local('invalid-status-line', text)
  const line = `HTTP/1.${minorVersion} ${text.length === 3 ? `${text} ` : text}\r\n`
  if (minorVersion === 1 && statusLines.size < statusLinesKept) statusLines.set(status, line)
  return line
}

/** A response head, the empty line included; `status` is `'200 OK'`, or a number for an empty reason. */
export function responseHead(
  status: string | number,
  headers: Iterable<readonly [string, string]>,
  minorVersion: 0 | 1 = 1,
): string {
  return `${statusLine(status, minorVersion)}${fieldLines(headers)}\r\n`
}

/** What comes before a chunk's data; CRLF comes after it. A chunk of size 0 would end the body, and is refused. */
export function chunkPrefix(size: number): string {
  if (!Number.isSafeInteger(size) || size <= 0)
    throw new Http1Error('invalid-chunk-size', `cannot write a chunk of ${size} bytes`, 'local')
  return `${size.toString(16)}\r\n`
}

/** The end of a chunked body without trailers. */
export const lastChunk = '0\r\n\r\n'

/** The end of a chunked body with trailers. */
export function lastChunkWithTrailers(trailers: Iterable<readonly [string, string]>): string {
  return `0\r\n${fieldLines(trailers)}\r\n`
}
