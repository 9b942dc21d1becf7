/** Words and punctuation of the nginx.conf language, by the rules of nginx's own reader (ngx_conf_read_token).
 *
 * - A word starts after white space or punctuation and ends before white space, `;` or `{`. `}` and `#` mean something
 *   only where a word could start: `a}b` and `a#b` are words.
 * - `"..."` and `'...'` are one word each and may span lines; what follows the closing quote must be white space, `;`,
 *   `{` or `)`. The other quote, `;`, `{`, `}` and `#` are plain inside.
 * - A backslash takes the meaning from the next character everywhere. `\"` `\'` `\\` stand for the character, `\t`
 *   `\r` `\n` for tab, CR and LF; before anything else the backslash stays, so that regular expressions survive.
 * - `${` never opens a block: `${name}` is part of the word.
 */
import type { Place } from './statement.ts'

export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly quoted: boolean; readonly place: Place }
  | { readonly kind: ';' | '{' | '}' | 'end'; readonly place: Place }

/** A text that cannot be cut into words. */
export class LexicalError extends Error {
  readonly place: Place
  readonly suggestion: string | undefined

  constructor(message: string, place: Place, suggestion?: string) {
    super(message)
    this.place = place
    this.suggestion = suggestion
  }
}

const tab = 9
const lineFeed = 10
const carriageReturn = 13
const space = 32
const doubleQuote = 34
const hash = 35
const dollar = 36
const singleQuote = 39
const closingParenthesis = 41
const semicolon = 59
const backslash = 92
const openBrace = 123
const closeBrace = 125

const punctuation: Readonly<Record<number, ';' | '{' | '}'>> = { [semicolon]: ';', [openBrace]: '{', [closeBrace]: '}' }

/** Cuts one text into tokens, one `next()` at a time. */
export class Lexer {
  readonly #text: string
  readonly #file: string
  #at = 0
  #line = 1
  #lineStart = 0

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
    if (text.startsWith('\u00ef\u00bb\u00bf')) this.#at = this.#lineStart = 3
  }

  /** The next token; 'end' for ever after the last. Throws LexicalError. */
  next(): Token {
    this.#skipBlank()
    const place = this.#place()
    if (this.#at >= this.#text.length) return { kind: 'end', place }
    const code = this.#text.charCodeAt(this.#at)
    const kind = punctuation[code]
    if (kind !== undefined) {
      this.#at += 1
      return { kind, place }
    }
    if (code === doubleQuote || code === singleQuote) return this.#quoted(code, place)
    return { kind: 'word', text: this.#bare(), quoted: false, place }
  }

  #place(): Place {
    return { file: this.#file, line: this.#line, column: this.#at - this.#lineStart + 1 }
  }

  #newLine(): void {
    this.#line += 1
    this.#lineStart = this.#at + 1
  }

  #skipBlank(): void {
    for (; this.#at < this.#text.length; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === hash) {
        const end = this.#text.indexOf('\n', this.#at)
        this.#at = end === -1 ? this.#text.length : end
        if (end === -1) return
        this.#newLine()
      } else if (code === lineFeed) this.#newLine()
      else if (!isBlank(code)) return
    }
  }

  #bare(): string {
    const start = this.#at
    let escaped = false
    let variable = false
    for (; this.#at < this.#text.length; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === openBrace && variable) continue
      variable = code === dollar
      if (code === backslash) {
        escaped = true
        this.#at += 1
        if (this.#text.charCodeAt(this.#at) === lineFeed) this.#newLine()
      } else if (isBlank(code) || code === semicolon || code === openBrace) break
    }
    // A backslash as the very last character leaves the position one too far.
    this.#at = Math.min(this.#at, this.#text.length)
    const raw = this.#text.slice(start, this.#at)
    return escaped ? unescape(raw) : raw
  }

  #quoted(quote: number, place: Place): Token {
    const start = this.#at + 1
    let escaped = false
    for (this.#at = start; this.#at < this.#text.length; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === lineFeed) this.#newLine()
      else if (code === backslash) {
        escaped = true
        this.#at += 1
        if (this.#text.charCodeAt(this.#at) === lineFeed) this.#newLine()
      } else if (code === quote) {
        const raw = this.#text.slice(start, this.#at)
        this.#at += 1
        this.#expectWordEnd()
        return { kind: 'word', text: escaped ? unescape(raw) : raw, quoted: true, place }
      }
    }
    const character = String.fromCharCode(quote)
    throw new LexicalError(
      'unexpected end of file, expecting ";" or "}"',
      place,
      `the ${character} that opens here is never closed`,
    )
  }

  #expectWordEnd(): void {
    if (this.#at >= this.#text.length) return
    const code = this.#text.charCodeAt(this.#at)
    if (isBlank(code) || code === semicolon || code === openBrace || code === closingParenthesis) return
    throw new LexicalError(
      `unexpected "${String.fromCharCode(code)}"`,
      this.#place(),
      'a space or ";" must follow a closing quote',
    )
  }
}

function isBlank(code: number): boolean {
  return code === space || code === lineFeed || code === tab || code === carriageReturn
}

const escapes: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n', '"': '"', "'": "'", '\\': '\\' }

function unescape(raw: string): string {
  return raw.replace(/\\([trn"'\\])/g, (_, character: string) => escapes[character] ?? character)
}
