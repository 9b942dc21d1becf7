/**
 * The server's side (RFC 9112 section 3). The request line is scanned as the fields are: once, stopping and going on
 * wherever the bytes do.
 *
 *     start ─tchar→ method ─SP→ target ─SP→ version ─CR→ line-feed ─LF→ fields
 */
import { CR, LF, SP, TOKEN, VISIBLE } from './characters.ts'
import { Http1Error, showByte } from './error.ts'
import type { Underscores } from './field-scanner.ts'
import { noRequestHead, ParsedRequestHead, type RequestHead } from './head.ts'
import { HeaderFields, noFields } from './header-fields.ts'
import type { Limits } from './limits.ts'
import { MessageParser } from './message-parser.ts'
import { checkTarget } from './target.ts'
import { badVersion, versionByte, versionLength } from './version.ts'

/** How strict a request parser is; the defaults are the strictest. */
export interface RequestParserOptions {
  /** Take a bare LF as a line end in heads, as nginx does. Default false. */
  readonly bareLf?: boolean
  /** Refuse an HTTP/1.1 request without Host. Default true. */
  readonly requireHost?: boolean
  /** Fields with `_` in their names. Default `keep`. */
  readonly underscores?: Underscores
}

type Place = 'start' | 'method' | 'target' | 'version' | 'version-end' | 'line-feed' | 'fields'

/** Parses requests. */
export class RequestParser extends MessageParser {
  /** The head that `'head'` announced. */
  head: RequestHead = noRequestHead
  readonly #bareLf: boolean
  readonly #requireHost: boolean
  #place: Place = 'start'
  #emptyLines = 0
  /** Where the scan of the request line stands, and what it found; all relative to the head's first byte. */
  #at = 0
  #methodEnd = 0
  #targetEnd = 0
  #minorVersion: 0 | 1 = 1

  constructor(limits?: Partial<Limits>, options: RequestParserOptions = {}) {
    super(limits, options.bareLf ?? false, options.underscores ?? 'keep')
    this.#bareLf = options.bareLf ?? false
    this.#requireHost = options.requireHost ?? true
  }

  protected override readHead(): boolean {
    if (this.#place !== 'fields') {
      if (this.#place === 'start' && !this.#skipEmptyLines()) return false
      if (!this.#readLine()) return false
      this.fields.start(this.#at)
      this.#place = 'fields'
    }
    if (!this.fields.scan(this.intake, this.limits.head)) return false
    const length = this.fields.at
    const text = this.intake.text(length)
    this.intake.at += length
    this.#place = 'start'
    this.#at = 0
    this.#emptyLines = 0
    const method = methodName(text, this.#methodEnd)
    const target = text.slice(this.#methodEnd + 1, this.#targetEnd)
    checkTarget(method, target)
    const offsets = this.fields.offsets
    const headers = offsets.length === 0 ? noFields : new HeaderFields(text, offsets.slice())
    const head = new ParsedRequestHead(method, target, this.#minorVersion, headers, length).frame(this.#requireHost)
    this.head = head
    if (head.chunked) this.startBody('chunked')
    else this.startBody('length', head.contentLength ?? 0)
    return true
  }

  #skipEmptyLines(): boolean {
    const intake = this.intake
    while (intake.at < intake.bytes.length) {
      const byte = intake.bytes[intake.at] as number
      let width = 1
      if (byte === CR) {
        if (intake.unread < 2) return false
        if (intake.bytes[intake.at + 1] !== LF)
          throw new Http1Error('bare-cr', 'a CR before a request is not followed by LF')
        width = 2
      } else if (byte !== LF || !this.#bareLf) return true
      intake.at += width
      if (++this.#emptyLines > this.limits.emptyLines) {
        throw new Http1Error(
          'too-many-empty-lines',
          `more than ${this.limits.emptyLines} empty lines come before a request`,
        )
      }
    }
    return false
  }

  #readLine(): boolean {
    const { bytes, at: base } = this.intake
    const limit = this.limits.requestLine
    const end = Math.min(bytes.length, base + limit)
    let i = base + this.#at
    while (i < end) {
      let byte = bytes[i] as number
      switch (this.#place) {
        case 'start':
          this.#place = 'method'
          break
        case 'method':
          while (TOKEN[byte] === 1 && ++i < end) byte = bytes[i] as number
          if (i === end) break
          if (byte !== SP || i === base) throw new Http1Error('invalid-method', `a method holds ${showByte(byte)}`)
          this.#methodEnd = i++ - base
          this.#place = 'target'
          break
        case 'target':
          while (VISIBLE[byte] === 1 && ++i < end) byte = bytes[i] as number
          if (i === end) break
          this.#endTarget(byte, i - base)
          i++
          break
        case 'version':
          this.#readVersion(byte, i - base - this.#targetEnd - 1)
          i++
          break
        case 'version-end':
          if (byte === LF && this.#bareLf) return this.#endLine(i + 1 - base)
          if (byte !== CR) throw badLineEnd(byte)
          this.#place = 'line-feed'
          i++
          break
        default:
          if (byte !== LF) throw new Http1Error('bare-cr', 'a CR after the version is not followed by LF')
          return this.#endLine(i + 1 - base)
      }
    }
    this.#at = i - base
    if (i === base + limit)
      throw new Http1Error('request-line-too-long', `the request line is longer than ${limit} bytes`)
    return false
  }

  #endLine(at: number): true {
    this.#at = at
    return true
  }

  #endTarget(byte: number, end: number): void {
    if (byte === CR || byte === LF) throw new Http1Error('invalid-version', 'the request line has no version')
    if (byte !== SP) throw new Http1Error('invalid-target', `the request target holds ${showByte(byte)}`)
    if (end === this.#methodEnd + 1) throw new Http1Error('invalid-target', 'the request target is empty')
    this.#targetEnd = end
    this.#place = 'version'
  }

  #readVersion(byte: number, index: number): void {
    const minor = versionByte(byte, index)
    if (index < versionLength - 1) return
    if (minor === undefined) throw badVersion()
    this.#minorVersion = minor
    this.#place = 'version-end'
  }
}

function badLineEnd(byte: number): Http1Error {
  if (byte === LF) return new Http1Error('bare-lf', 'the request line ends with LF alone')
  return new Http1Error('invalid-version', `the version is followed by ${showByte(byte)}`)
}

/** Common methods as shared constants: comparing and hashing them costs nothing. */
const methods = new Map(
  ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE'].map((name) => [name, name]),
)

function methodName(text: string, end: number): string {
  if (end === 3 && text.startsWith('GET')) return 'GET'
  const name = text.slice(0, end)
  return methods.get(name) ?? name
}
