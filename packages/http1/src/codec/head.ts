/** The heads of requests and responses: what the first line and the framing fields say, worked out in one pass. */
import {
  checkHost,
  checkTransferEncoding,
  CLOSE,
  connectionOptions,
  KEEP_ALIVE,
  parseContentLength,
  refuseBothFramings,
  UPGRADE,
} from './framing.ts'
import { Http1Error } from './error.ts'
import { noFields, type HeaderFields } from './header-fields.ts'

const continueAsked = /(?:^|,)[\t ]*100-continue[\t ]*(?:,|$)/i

/** The head of a request. */
export interface RequestHead {
  readonly method: string
  /** As sent: origin, absolute, authority or asterisk form (RFC 9112 section 3.2). */
  readonly target: string
  readonly minorVersion: 0 | 1
  readonly headers: HeaderFields
  /** Absent when there is no Content-Length; a request without it and not chunked has no body. */
  readonly contentLength: number | undefined
  readonly chunked: boolean
  /** Whether the client means to use the connection again. */
  readonly keepAlive: boolean
  /** The client waits for `100 Continue` before it sends its body. */
  readonly expectContinue: boolean
  /** The Upgrade field, when Connection names it in HTTP/1.1. */
  readonly upgrade: string | undefined
  /** Bytes from the request line to the empty line, inclusive. */
  readonly byteLength: number
}

/** The head of a response. */
export interface ResponseHead {
  readonly status: number
  readonly reason: string
  readonly minorVersion: 0 | 1
  readonly headers: HeaderFields
  readonly contentLength: number | undefined
  readonly chunked: boolean
  /** Whether the connection can be used again; false when the body ends by close. */
  readonly keepAlive: boolean
  /** Bytes from the status line to the empty line, inclusive. */
  readonly byteLength: number
}

/** A request head as the parser fills it in. */
export class ParsedRequestHead implements RequestHead {
  contentLength: number | undefined = undefined
  chunked = false
  keepAlive: boolean
  expectContinue = false
  upgrade: string | undefined = undefined
  readonly method: string
  readonly target: string
  readonly minorVersion: 0 | 1
  readonly headers: HeaderFields
  readonly byteLength: number

  constructor(method: string, target: string, minorVersion: 0 | 1, headers: HeaderFields, byteLength: number) {
    this.method = method
    this.target = target
    this.minorVersion = minorVersion
    this.headers = headers
    this.byteLength = byteLength
    this.keepAlive = minorVersion === 1
  }

  /** Reads the fields that frame the message; throws when they break the rules. */
  frame(requireHost: boolean): this {
    const { headers, minorVersion } = this
    let options = 0
    let hosts = 0
    let upgrade: string | undefined
    for (let i = 0; i < headers.size; i++) {
      switch (headers.nameLength(i)) {
        case 4:
          if (!headers.nameIs(i, 'host')) break
          if (++hosts > 1) throw new Http1Error('repeated-host', 'Host was sent more than once')
          checkHost(headers.value(i))
          break
        case 6:
          if (headers.nameIs(i, 'expect') && minorVersion === 1) {
            this.expectContinue ||= continueAsked.test(headers.value(i))
          }
          break
        case 7:
          if (headers.nameIs(i, 'upgrade'))
            upgrade = upgrade === undefined ? headers.value(i) : `${upgrade}, ${headers.value(i)}`
          break
        case 10:
          if (headers.nameIs(i, 'connection')) options |= connectionOptions(headers.value(i))
          break
        case 14:
          if (headers.nameIs(i, 'content-length')) {
            this.contentLength = parseContentLength(headers.value(i), this.contentLength)
          }
          break
        case 17:
          if (headers.nameIs(i, 'transfer-encoding')) {
            this.chunked = checkTransferEncoding(headers.value(i), minorVersion, this.chunked)
          }
      }
    }
    if (this.chunked && this.contentLength !== undefined) refuseBothFramings()
    if (hosts === 0 && requireHost && minorVersion === 1)
      throw new Http1Error('missing-host', 'an HTTP/1.1 request has no Host')
    if (options & CLOSE) this.keepAlive = false
    else if (options & KEEP_ALIVE) this.keepAlive = true
    if (options & UPGRADE && minorVersion === 1) this.upgrade = upgrade
    return this
  }
}

/** A response head as the parser fills it in. */
export class ParsedResponseHead implements ResponseHead {
  contentLength: number | undefined = undefined
  chunked = false
  keepAlive: boolean
  readonly status: number
  readonly reason: string
  readonly minorVersion: 0 | 1
  readonly headers: HeaderFields
  readonly byteLength: number

  constructor(status: number, reason: string, minorVersion: 0 | 1, headers: HeaderFields, byteLength: number) {
    this.status = status
    this.reason = reason
    this.minorVersion = minorVersion
    this.headers = headers
    this.byteLength = byteLength
    this.keepAlive = minorVersion === 1
  }

  /** Reads the fields that frame the message; `bodiless` when method or status allow no body. */
  frame(bodiless: boolean): this {
    const { headers, minorVersion } = this
    let options = 0
    for (let i = 0; i < headers.size; i++) {
      switch (headers.nameLength(i)) {
        case 10:
          if (headers.nameIs(i, 'connection')) options |= connectionOptions(headers.value(i))
          break
        case 14:
          if (headers.nameIs(i, 'content-length')) {
            this.contentLength = parseContentLength(headers.value(i), this.contentLength)
          }
          break
        case 17:
          if (headers.nameIs(i, 'transfer-encoding')) {
            this.chunked = checkTransferEncoding(headers.value(i), minorVersion, this.chunked)
          }
      }
    }
    if (this.chunked && this.contentLength !== undefined) refuseBothFramings()
    if (options & CLOSE) this.keepAlive = false
    else if (options & KEEP_ALIVE) this.keepAlive = true
    if (!bodiless && !this.chunked && this.contentLength === undefined) this.keepAlive = false
    return this
  }
}

/** What `head` holds before the first head. */
export const noRequestHead: RequestHead = new ParsedRequestHead('', '', 1, noFields, 0)
/** What `head` holds before the first head. */
export const noResponseHead: ResponseHead = new ParsedResponseHead(0, '', 1, noFields, 0)
