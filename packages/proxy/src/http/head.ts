/**
 * The head of a client's request, read as nginx reads it (RFC 9112 with nginx's own leniency): LF alone ends a line,
 * several spaces may stand in the request line, HTTP/0.9 is answered, header lines with odd names are left out, and
 * the limits are those of `client_header_buffer_size` and `large_client_header_buffers`, each with its own status.
 * Strict reading, for servers that are not nginx, is http1's RequestParser.
 *
 *     line -> request line parsed -> header lines -> empty line -> complete
 *
 * The bytes are decoded once, as latin-1, whenever more have come; lines already read are not looked at again.
 */
import { HeaderFields } from '@trivet/http1'
import type { ServerSettings } from '../model/core-settings.ts'
import { internalStatus } from './status.ts'

/** Why a head was refused: the status to answer and nginx's words for the log. */
export class HeadError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const requestLine = /^([A-Z_-]+) +([^\0- \x7f]+)(?: +(?:HTTP\/([1-9]\d*)\.(\d+) *)?)?$/ // eslint-disable-line no-control-regex -- what a target may not hold
const usualStart = 'GET /'
const usualEnd = ' HTTP/1.1'
const absolute = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i

/** What a request may begin with, as far as it has come; only so many characters are looked at. */
const methodStart = /^(?:\r?$|\r?\n|[A-Z_-]+(?: |$))/
const methodLook = 64
/** So much of a line that is none is shown in logs, in characters. */
const lineLook = 1024

/** Characters of header names: 1 is plain, 2 an underscore, 3 odd, 0 forbidden. */
const nameCharacters: Uint8Array = new Uint8Array(256).fill(3)
nameCharacters.fill(0, 0, 0x21)
nameCharacters[0x7f] = 0
nameCharacters[0x3a] = 0
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-')
  nameCharacters[character.charCodeAt(0)] = 1
nameCharacters[0x5f] = 2

/** Reads one head; used again for the next request of the connection. */
export class HeadReader {
  method = ''
  /** The target as sent; of an absolute one, its path and query. */
  target = ''
  /** The host in an absolute target. */
  targetHost: string | undefined
  /** 9, 10, 11 */
  version = 11
  protocol = ''
  line = ''
  headers: HeaderFields = noHeaders
  /** Bytes of the head, empty lines before it included. */
  length = 0
  /** True once the request line has been understood. */
  hasLine = false
  #offsets: number[] = []
  #at = 0
  /** What is left of the buffer that nginx would be filling; -1 before the first line. */
  #room = -1
  #buffers = 0
  #count = 0

  /** Makes ready for the next head. */
  reset(): void {
    this.method = this.target = this.line = this.protocol = ''
    this.targetHost = undefined
    this.version = 11
    this.headers = noHeaders
    this.length = this.#at = this.#buffers = this.#count = 0
    this.#room = -1
    this.hasLine = false
    this.#offsets = []
  }

  /** Reads on; a HeadError when the head is refused. */
  tryRead(bytes: Buffer, settings: ServerSettings): 'complete' | 'incomplete' | HeadError {
    try {
      return this.read(bytes, settings) ? 'complete' : 'incomplete'
    } catch (error) {
      if (!(error instanceof HeadError)) throw error
      if (this.line === '')
        this.line = /^[^\r\n]*/.exec(bytes.toString('latin1', this.#at, this.#at + lineLook))?.[0] ?? ''
      return error
    }
  }

  /** Reads on; true when the head is complete. Throws HeadError. */
  read(bytes: Buffer, settings: ServerSettings): boolean {
    const { count, size } = settings.largeClientHeaderBuffers
    const text = bytes.toString(
      'latin1',
      0,
      Math.min(bytes.length, (count + 1) * size + settings.clientHeaderBufferSize),
    )
    for (;;) {
      const end = text.indexOf('\n', this.#at)
      // A whole line that is short is judged as such.
      const isShort = end !== -1 && end - this.#at < settings.clientHeaderBufferSize
      if (!this.hasLine && !isShort && this.#at < text.length) this.#checkMethod(text)
      this.#makeRoom((end === -1 ? text.length : end + 1) - this.#at, end !== -1, settings)
      if (end === -1) return false
      const start = this.#at
      const lineEnd = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end
      this.#at = end + 1
      if (this.hasLine) {
        if (lineEnd === start) break
        this.#header(text, start, lineEnd, settings)
      } else if (lineEnd > start) {
        this.#requestLine(text.slice(start, lineEnd))
        if (this.version === 9) break
      }
    }
    this.headers = this.#offsets.length === 0 ? noHeaders : new HeaderFields(text, this.#offsets)
    this.length = this.#at
    return true
  }

  /** Bad first bytes (a TLS handshake, say) are refused without waiting for the end of a line. */
  #checkMethod(text: string): void {
    if (methodStart.test(text.slice(this.#at, this.#at + methodLook))) return
    throw new HeadError(400, 'client sent invalid method while reading client request line')
  }

  /**
   * nginx's accounting: lines fill the small buffer first; one that does not fit moves to the next large buffer, of
   * which there are only so many, and must fit into it whole. `isWhole` tells a line from the beginning of one.
   */
  #makeRoom(
    length: number,
    isWhole: boolean,
    { clientHeaderBufferSize, largeClientHeaderBuffers: { count, size } }: ServerSettings,
  ): void {
    if (this.#room < 0) this.#room = clientHeaderBufferSize
    if (length <= this.#room) {
      if (isWhole) this.#room -= length
      return
    }
    if (length > size || this.#buffers >= count) {
      if (!this.hasLine) throw new HeadError(414, 'client sent too long URI while reading client request line')
      const what = length > size ? 'too long header line' : 'too large request'
      throw new HeadError(internalStatus.headerTooLarge, `client sent ${what} while reading client request headers`)
    }
    if (!isWhole) return
    this.#buffers++
    this.#room = size - length
  }

  #requestLine(line: string): void {
    this.line = line
    if (this.#usualLine(line)) return
    const match = requestLine.exec(line)
    if (match === null) {
      if (!/^[A-Z_-]+ /.test(line))
        throw new HeadError(400, 'client sent invalid method while reading client request line')
      throw new HeadError(400, 'client sent invalid request while reading client request line')
    }
    this.method = match[1] ?? ''
    this.target = match[2] ?? ''
    if (!this.target.startsWith('/') || this.method === 'CONNECT') this.#absoluteTarget()
    this.#version(match[3], match[4])
    this.hasLine = true
  }

  /** Reads a line such as `GET /path HTTP/1.1` by its characters, in a third of the expression's time; false for any other. */
  #usualLine(line: string): boolean {
    const end = line.length - usualEnd.length
    if (!line.startsWith(usualStart) || !line.endsWith(usualEnd)) return false
    for (let i = usualStart.length; i < end; i++) {
      const code = line.charCodeAt(i)
      if (code <= 32 || code === 127) return false
    }
    this.method = 'GET'
    this.target = line.slice(usualStart.length - 1, end)
    this.protocol = 'HTTP/1.1'
    this.hasLine = true
    return true
  }

  #version(major: string | undefined, minor: string | undefined): void {
    if (major === undefined || minor === undefined) {
      this.version = 9
      if (this.method !== 'GET')
        throw new HeadError(400, 'client sent invalid method in HTTP/0.9 request while reading client request line')
      return
    }
    if (Number(major) > 1) throw new HeadError(505, 'client sent invalid version while reading client request line')
    if (minor.length > 2) throw new HeadError(400, 'client sent invalid request while reading client request line')
    this.version = Number(minor) === 0 ? 10 : 11
    this.protocol = `HTTP/${major}.${minor}`
  }

  #absoluteTarget(): void {
    const match = this.method === 'CONNECT' ? null : absolute.exec(this.target)
    if (this.method === 'CONNECT' && /^(?:\[[\w.:]+\]|[\w.-]+):\d+$/.test(this.target))
      throw new HeadError(405, 'client sent CONNECT method while reading client request line')
    if (match === null) throw new HeadError(400, 'client sent invalid request while reading client request line')
    this.targetHost = match[2] ?? ''
    const rest = match[3] ?? ''
    this.target = rest.startsWith('/') ? rest : `/${rest}`
  }

  #header(text: string, start: number, end: number, settings: ServerSettings): void {
    let colon = start
    let odd = false
    for (; colon < end; colon++) {
      const kind = nameCharacters[text.charCodeAt(colon)]
      if (kind === 1) continue
      if (kind === 0) break
      if (kind === 3 || !settings.underscoresInHeaders) odd = true
    }
    const isColon = text.charCodeAt(colon) === 58 && colon < end
    if (colon === start || (!isColon && colon < end)) throw invalidHeader
    let from = isColon ? colon + 1 : end
    let to = end
    while (from < to && text.charCodeAt(from) === 32) from++
    while (to > from && text.charCodeAt(to - 1) === 32) to--
    if (hasForbidden(text, from, to)) throw invalidHeader
    if (++this.#count > settings.maxHeaders)
      throw new HeadError(
        internalStatus.headerTooLarge,
        'client sent too many header lines while reading client request headers',
      )
    if (odd && settings.ignoreInvalidHeaders) return
    this.#offsets.push(start, colon, from, to)
  }
}

const noHeaders: HeaderFields = new HeaderFields('', [])
const invalidHeader = new HeadError(400, 'client sent invalid header line while reading client request headers')

function hasForbidden(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    if (code === 0 || code === 13) return true
  }
  return false
}
