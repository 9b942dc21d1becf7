/**
 * The client's side (RFC 9112 section 4). A response's framing depends on the request it answers, so `expect(method)`
 * comes before each. Heads of interim responses (1xx) come one by one, each as a `'head'` of its own; 101 and a
 * CONNECT's 2xx end the HTTP part of the connection, and what follows is in `remainder()`.
 *
 *     version ─→ after-version ─SP→ status ─→ after-status ─SP→ reason ─CR→ line-feed ─LF→ fields
 *
 * With `cgi`, a head may begin with its fields (RFC 3875 section 6.2): `Status` says the status, `Location` without it
 * means 302, neither means 200; a bare LF ends a line, as CGI programs write them; a status line is taken as well.
 */
import { CR, LF, SP, TEXT } from './characters.ts'
import { Http1Error, showByte } from './error.ts'
import { noResponseHead, ParsedResponseHead, type ResponseHead } from './head.ts'
import { HeaderFields, noFields } from './header-fields.ts'
import type { Limits } from './limits.ts'
import { MessageParser } from './message-parser.ts'
import { badVersion, versionByte, versionLength } from './version.ts'

/** How a response parser reads. */
export interface ResponseParserOptions {
  /** Take heads without a status line, as SCGI, FastCGI and CGI answers have them. Default false. */
  readonly cgi?: boolean
  /** Take a bare LF as a line end in heads, as nginx does. Default is `cgi`. */
  readonly bareLf?: boolean
}

type Place = 'version' | 'after-version' | 'status' | 'after-status' | 'reason' | 'line-feed' | 'fields'

const statusLength = 3
const cgiStatus = /^([1-9]\d\d)(?: (.*))?$/
const versionPrefix = 'HTTP/'

/** Parses responses. */
export class ResponseParser extends MessageParser {
  /** The head that `'head'` announced. */
  head: ResponseHead = noResponseHead
  readonly #bareLf: boolean
  readonly #cgi: boolean
  #method = 'GET'
  #place: Place = 'version'
  #at = 0
  #statusDigits = 0
  #status = 0
  #reasonStart = 0
  #reasonEnd = 0
  #minorVersion: 0 | 1 = 1

  constructor(limits?: Partial<Limits>, options: ResponseParserOptions = {}) {
    const bareLf = options.bareLf ?? options.cgi ?? false
    super(limits, bareLf, 'keep')
    this.#bareLf = bareLf
    this.#cgi = options.cgi ?? false
  }

  /** Says which method the next response answers. */
  expect(method: string): void {
    this.#method = method
  }

  protected override readHead(): boolean {
    if (this.#place !== 'fields') {
      if (!this.#readLine()) return false
      this.fields.start(this.#at)
      this.#place = 'fields'
    }
    if (!this.fields.scan(this.intake, this.limits.head)) return false
    const length = this.fields.at
    const text = this.intake.text(length)
    this.intake.at += length
    const offsets = this.fields.offsets
    const headers = offsets.length === 0 ? noFields : new HeaderFields(text, offsets.slice())
    let status = this.#status
    let reason = text.slice(this.#reasonStart, this.#reasonEnd)
    if (status === 0) [status, reason] = readCgiStatus(headers)
    this.#reset()
    const bodiless = this.#hasNoBody(status)
    const head = new ParsedResponseHead(status, reason, this.#minorVersion, headers, length).frame(bodiless)
    this.head = head
    if (status < 200 && status !== 101) return true
    if (bodiless) this.startBody('none')
    else if (head.chunked) this.startBody('chunked')
    else if (head.contentLength === undefined) this.startBody('until-close')
    else this.startBody('length', head.contentLength)
    return true
  }

  #hasNoBody(status: number): boolean {
    if (status < 200 || status === 204 || status === 304 || this.#method === 'HEAD') return true
    return this.#method === 'CONNECT' && status < 300
  }

  #reset(): void {
    this.#place = 'version'
    this.#at = 0
    this.#status = 0
    this.#statusDigits = 0
    this.#reasonStart = 0
    this.#reasonEnd = 0
  }

  #readLine(): boolean {
    const { bytes, at: base } = this.intake
    const limit = this.limits.requestLine
    const end = Math.min(bytes.length, base + limit)
    let i = base + this.#at
    while (i < end) {
      const byte = bytes[i] as number
      switch (this.#place) {
        case 'version':
          if (this.#cgi && this.#isField(byte, i - base)) return true
          this.#readVersion(byte, i - base)
          break
        case 'after-version':
          if (byte !== SP) throw new Http1Error('invalid-status-line', `the version is followed by ${showByte(byte)}`)
          this.#place = 'status'
          break
        case 'status':
          this.#readStatus(byte)
          break
        default:
          if (this.#readEnd(byte, i - base)) {
            this.#at = i + 1 - base
            return true
          }
      }
      i++
    }
    this.#at = i - base
    if (i === base + limit) throw new Http1Error('head-too-large', `the status line is longer than ${limit} bytes`)
    return false
  }

  /** Whether a CGI head begins with a field: its first bytes are not those of a version, so it is read from the start. */
  #isField(byte: number, index: number): boolean {
    if (index >= versionPrefix.length || byte === versionPrefix.charCodeAt(index)) return false
    this.#at = 0
    this.#minorVersion = 1
    return true
  }

  #readVersion(byte: number, index: number): void {
    const minor = versionByte(byte, index)
    if (index < versionLength - 1) return
    if (minor === undefined) throw badVersion()
    this.#minorVersion = minor
    this.#place = 'after-version'
  }

  #readStatus(byte: number): void {
    const digit = byte - 0x30
    if (digit < 0 || digit > 9 || (digit === 0 && this.#statusDigits === 0)) {
      throw new Http1Error('invalid-status-line', `a status code holds ${showByte(byte)}`)
    }
    this.#status = this.#status * 10 + digit
    if (++this.#statusDigits === statusLength) this.#place = 'after-status'
  }

  /** From behind the status to the LF; true when the line is over. */
  #readEnd(byte: number, index: number): boolean {
    if (this.#place === 'line-feed') {
      if (byte !== LF) throw new Http1Error('bare-cr', 'a CR in the status line is not followed by LF')
      return true
    }
    if (byte === CR || byte === LF) {
      if (byte === LF && !this.#bareLf) throw new Http1Error('bare-lf', 'the status line ends with LF alone')
      if (this.#place === 'reason') this.#reasonEnd = index
      this.#place = 'line-feed'
      return byte === LF
    }
    if (this.#place === 'reason') {
      if (TEXT[byte] !== 1) throw new Http1Error('invalid-status-line', `a reason phrase holds ${showByte(byte)}`)
      return false
    }
    if (byte !== SP) throw new Http1Error('invalid-status-line', `a status code is followed by ${showByte(byte)}`)
    this.#place = 'reason'
    this.#reasonStart = index + 1
    return false
  }
}

function readCgiStatus(headers: HeaderFields): [number, string] {
  const value = headers.get('status')
  if (value === undefined) return headers.has('location') ? [302, 'Found'] : [200, 'OK']
  const match = cgiStatus.exec(value)
  if (match === null)
    throw new Http1Error('invalid-status-line', `the Status field is ${JSON.stringify(value.slice(0, 40))}`)
  return [Number(match[1]), match[2] ?? '']
}
