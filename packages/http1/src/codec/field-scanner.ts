/**
 * Field lines (RFC 9112 section 5), for heads and trailers alike:
 *
 *     line ─token→ name ─":"→ space ─text→ value ─CR→ line-feed ─LF→ line
 *       └──CR→ last-line-feed ─LF→ done
 *
 * The scanner stops wherever the bytes stop and goes on from there, so a split never costs a second look at a byte.
 * Whitespace before the colon, folded lines, bare CR, bare LF and control characters are refused: each has been read
 * differently by two servers in a row, which is how requests are smuggled.
 */
import { COLON, CR, HTAB, LF, SP, TEXT, TOKEN } from './characters.ts'
import { Http1Error, showByte, type Http1ErrorCode } from './error.ts'
import type { Intake } from './intake.ts'

type Place = 'line' | 'name' | 'space' | 'value' | 'line-feed' | 'last-line-feed'

/** What becomes of fields with `_` in their names, which CGI variables cannot tell from `-`. */
export type Underscores = 'keep' | 'drop' | 'refuse'

const UNDERSCORE = 0x5f

export class FieldScanner {
  /** Offsets of the fields seen, four per field, relative to the intake's `at`. */
  readonly offsets: number[] = []
  /** Where the scan stands, relative to the intake's `at`. */
  at = 0
  readonly #bareLf: boolean
  readonly #underscores: Underscores
  readonly #maxFields: number
  readonly #tooLarge: Http1ErrorCode
  #place: Place = 'line'
  #count = 0
  #nameStart = 0
  #nameEnd = 0
  #valueStart = 0

  constructor(maxFields: number, tooLarge: Http1ErrorCode, bareLf: boolean, underscores: Underscores) {
    this.#maxFields = maxFields
    this.#tooLarge = tooLarge
    this.#bareLf = bareLf
    this.#underscores = underscores
  }

  /** Begins a section at `at`. */
  start(at: number): void {
    this.at = at
    this.offsets.length = 0
    this.#place = 'line'
    this.#count = 0
  }

  /** True when the empty line has been read: `at` is then behind it. `limit` counts from the intake's `at`. */
  scan(intake: Intake, limit: number): boolean {
    const { bytes, at: base } = intake
    const end = Math.min(bytes.length, base + limit)
    let i = base + this.at
    while (i < end) {
      let byte = bytes[i] as number
      switch (this.#place) {
        case 'line':
          if (byte === CR) {
            this.#place = 'last-line-feed'
            i++
            break
          }
          if (byte === LF && this.#bareLf) {
            this.at = i + 1 - base
            return true
          }
          this.#nameStart = i - base
          this.#place = 'name'
          break
        case 'name':
          while (TOKEN[byte] === 1 && ++i < end) byte = bytes[i] as number
          if (i === end) break
          this.#endName(byte, i - base)
          i++
          break
        case 'space':
          while ((byte === SP || byte === HTAB) && ++i < end) byte = bytes[i] as number
          if (i === end) break
          this.#valueStart = i - base
          this.#place = 'value'
          break
        case 'value':
          while (TEXT[byte] === 1 && ++i < end) byte = bytes[i] as number
          if (i === end) break
          this.#endValue(bytes, byte, i, base)
          i++
          break
        case 'line-feed':
        case 'last-line-feed':
          if (byte !== LF)
            throw new Http1Error('bare-cr', `a CR in a field line is followed by ${showByte(byte)}, not LF`)
          i++
          if (this.#place === 'last-line-feed') {
            this.at = i - base
            return true
          }
          this.#place = 'line'
      }
    }
    this.at = i - base
    if (i === base + limit) throw new Http1Error(this.#tooLarge, `the section is longer than ${limit} bytes`)
    return false
  }

  #endName(byte: number, end: number): void {
    if (byte !== COLON || end === this.#nameStart) throw this.#badName(byte, end === this.#nameStart)
    this.#nameEnd = end
    this.#place = 'space'
  }

  #endValue(bytes: Buffer, byte: number, i: number, base: number): void {
    if (byte === CR) this.#place = 'line-feed'
    else if (byte === LF && this.#bareLf) this.#place = 'line'
    else if (byte === LF) throw new Http1Error('bare-lf', 'a field line ends with LF alone')
    else throw new Http1Error('invalid-field-value', `a field value holds ${showByte(byte)}`)
    if (++this.#count > this.#maxFields) {
      throw new Http1Error('too-many-fields', `there are more than ${this.#maxFields} fields`)
    }
    if (this.#underscores !== 'keep' && this.#hasUnderscore(bytes, base)) return
    let last = i
    const start = base + this.#valueStart
    while (last > start && (bytes[last - 1] === SP || bytes[last - 1] === HTAB)) last--
    this.offsets.push(this.#nameStart, this.#nameEnd, this.#valueStart, last - base)
  }

  #hasUnderscore(bytes: Buffer, base: number): boolean {
    for (let i = base + this.#nameStart; i < base + this.#nameEnd; i++) {
      if (bytes[i] !== UNDERSCORE) continue
      if (this.#underscores === 'drop') return true
      throw new Http1Error('invalid-field-name', 'a field name holds `_`')
    }
    return false
  }

  #badName(byte: number, atStart: boolean): Http1Error {
    if (atStart && (byte === SP || byte === HTAB))
      return new Http1Error('obs-fold', 'a field line begins with whitespace')
    if (byte === SP || byte === HTAB)
      return new Http1Error('invalid-field-name', 'there is whitespace before the colon')
    if (byte === LF) return new Http1Error('bare-lf', 'a field line ends with LF alone')
    if (byte === COLON) return new Http1Error('invalid-field-name', 'a field name is empty')
    return new Http1Error('invalid-field-name', `a field name holds ${showByte(byte)}`)
  }
}
