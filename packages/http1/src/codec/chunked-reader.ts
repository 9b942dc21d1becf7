/**
 * The chunked coding (RFC 9112 section 7.1):
 *
 *     size ─";"→ extension ─CR→ size-end ─LF→ data ─→ data-cr ─→ data-lf ─→ size
 *                                       └(size 0)→ trailers ─→ done
 *
 * Lines end with CRLF and with nothing else, whatever a head may be allowed: chunk lines are where lenient readers are
 * smuggled past. Extensions are read over, and counted for the whole message.
 */
import { CR, HEX, HTAB, LF, SEMICOLON, SP, TEXT } from './characters.ts'
import { Http1Error, showByte } from './error.ts'
import { FieldScanner } from './field-scanner.ts'
import { HeaderFields } from './header-fields.ts'
import type { Intake } from './intake.ts'
import type { Limits } from './limits.ts'

type Place =
  | 'first-digit'
  | 'size'
  | 'before-extension'
  | 'extension'
  | 'size-end'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'trailers'

/** 2^52: one more digit and a size would no longer be an exact number. */
const largestSize = 2 ** 52

export class ChunkedReader {
  data: Uint8Array = Buffer.alloc(0)
  trailers: HeaderFields | undefined
  readonly #limits: Limits
  readonly #scanner: FieldScanner
  #place: Place = 'first-digit'
  /** Of the size while it is read, then of the data still to come. */
  #size = 0
  #extensions = 0

  constructor(limits: Limits) {
    this.#limits = limits
    this.#scanner = new FieldScanner(limits.fields, 'trailers-too-large', false, 'keep')
  }

  start(): void {
    this.#place = 'first-digit'
    this.#extensions = 0
    this.trailers = undefined
  }

  next(intake: Intake): 'need-data' | 'data' | 'end' {
    while (intake.at < intake.bytes.length || this.#place === 'trailers') {
      if (this.#place === 'trailers') return this.#readTrailers(intake)
      if (this.#place === 'data') {
        const size = Math.min(this.#size, intake.unread)
        this.data = intake.take(size)
        this.#size -= size
        if (this.#size === 0) this.#place = 'data-cr'
        return 'data'
      }
      this.#step(intake.bytes[intake.at] as number)
      intake.at++
    }
    return 'need-data'
  }

  #step(byte: number): void {
    switch (this.#place) {
      case 'first-digit':
      case 'size':
        this.#readSize(byte)
        break
      case 'before-extension':
        this.#countExtension()
        if (byte === SEMICOLON) this.#place = 'extension'
        else if (byte !== SP && byte !== HTAB)
          throw new Http1Error('invalid-chunk-size', 'whitespace follows a chunk size')
        break
      case 'extension':
        if (byte === CR) this.#place = 'size-end'
        else if (TEXT[byte] !== 1)
          throw new Http1Error('invalid-chunk-extension', `a chunk extension holds ${showByte(byte)}`)
        else this.#countExtension()
        break
      case 'size-end':
        if (byte !== LF) throw new Http1Error('bare-cr', 'a CR after a chunk size is not followed by LF')
        if (this.#size === 0) this.#scanner.start(0)
        this.#place = this.#size === 0 ? 'trailers' : 'data'
        break
      case 'data-cr':
        if (byte !== CR)
          throw new Http1Error('invalid-chunk-end', `chunk data is followed by ${showByte(byte)}, not CRLF`)
        this.#place = 'data-lf'
        break
      default:
        if (byte !== LF) throw new Http1Error('invalid-chunk-end', 'chunk data is followed by CR, but not by LF')
        this.#place = 'first-digit'
    }
  }

  #readSize(byte: number): void {
    const digit = HEX[byte] as number
    if (digit <= 15) {
      const size = this.#place === 'first-digit' ? digit : this.#size * 16 + digit
      if (size > largestSize) throw new Http1Error('invalid-chunk-size', 'a chunk size is over 2^52')
      // Leading zeros would let a size line go on for ever: they count as extension bytes.
      if (size === 0 && this.#place === 'size') this.#countExtension()
      this.#size = size
      this.#place = 'size'
      return
    }
    if (this.#place === 'first-digit')
      throw new Http1Error('invalid-chunk-size', `a chunk size begins with ${showByte(byte)}`)
    if (byte === CR) this.#place = 'size-end'
    else if (byte === SEMICOLON) this.#place = 'extension'
    else if (byte === SP || byte === HTAB) this.#place = 'before-extension'
    else throw new Http1Error('invalid-chunk-size', `a chunk size holds ${showByte(byte)}`)
    if (byte !== CR) this.#countExtension()
  }

  #countExtension(): void {
    if (++this.#extensions <= this.#limits.chunkExtensions) return
    throw new Http1Error('chunk-extensions-too-large', `chunk extensions exceed ${this.#limits.chunkExtensions} bytes`)
  }

  #readTrailers(intake: Intake): 'need-data' | 'end' {
    const scanner = this.#scanner
    if (!scanner.scan(intake, this.#limits.trailers)) return 'need-data'
    if (scanner.offsets.length > 0) {
      this.trailers = new HeaderFields(intake.text(scanner.at), scanner.offsets.slice())
    }
    intake.at += scanner.at
    return 'end'
  }
}
