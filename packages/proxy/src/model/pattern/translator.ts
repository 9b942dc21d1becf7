/**
 * From PCRE to JavaScript. The pattern is read once, from left to right; what both write alike is copied, what PCRE
 * spells otherwise is translated, and what has no counterpart is a SyntaxError: never a silent difference.
 *
 * Case is folded here, in ASCII alone, as PCRE does for byte strings: JavaScript's `i` would take other bytes for letters,
 * and its engine that knows no backtracking does not have it.
 */
import { readByteEscape, readClass } from './classes.ts'
import { assertions } from './escapes.ts'
import { PatternSource } from './source.ts'

/** What a translation comes to. */
export interface Translation {
  readonly text: string
  readonly names: readonly string[]
  /** `^` and `$` stand at lines, too. */
  readonly isMultiline: boolean
}

interface Options {
  readonly ignoresCase: boolean
  readonly dotMatchesAll: boolean
}

const anyByte = '[^]'
const notNewline = String.raw`[^\n]`
const quantifier = /(?:[*+?]|\{\d+(?:,\d*)?\})/y

/** Translates a pattern. Throws a SyntaxError. */
export function translate(source: string, ignoresCase: boolean): Translation {
  return new Translator(source, ignoresCase).run()
}

class Translator {
  readonly #source: PatternSource
  readonly #names: string[] = []
  #isMultiline = false
  #options: Options
  /** Those to go back to when the groups end that are open. */
  readonly #outer: Options[] = []
  #text = ''

  constructor(source: string, ignoresCase: boolean) {
    this.#source = new PatternSource(source)
    this.#options = { ignoresCase, dotMatchesAll: false }
  }

  run(): Translation {
    while (!this.#source.isAtEnd) this.#step()
    if (this.#outer.length > 0) throw new SyntaxError('missing closing parenthesis')
    return { text: this.#text, names: this.#names, isMultiline: this.#isMultiline }
  }

  #step(): void {
    const source = this.#source
    const quoted = source.match(/\\Q([^]*?)(?:\\E|$)/y)
    if (quoted !== undefined) {
      for (const character of quoted[1] ?? '') this.#byte(character.charCodeAt(0))
      return
    }
    const repeated = source.match(quantifier)
    if (repeated !== undefined) return this.#quantify(repeated[0])
    const character = source.take()
    if (character === '\\') this.#escape()
    else if (character === '[') this.#text += String(readClass(source, this.#options.ignoresCase))
    else if (character === '(') this.#open()
    else if (character === ')') this.#close()
    else if (character === '.') this.#text += this.#options.dotMatchesAll ? anyByte : notNewline
    else if (character === '^' || character === '$' || character === '|') this.#text += character
    else this.#byte(character.charCodeAt(0))
  }

  /** Possessive ones become greedy: they match the same, or more. */
  #quantify(text: string): void {
    this.#text += text
    if (this.#source.match(/\+/y) === undefined && this.#source.match(/\?/y) !== undefined) this.#text += '?'
  }

  #byte(code: number): void {
    const character = String.fromCharCode(code)
    if (this.#options.ignoresCase && /[A-Za-z]/.test(character))
      this.#text += `[${character.toLowerCase()}${character.toUpperCase()}]`
    else this.#text += /\w/.test(character) || code > 0x7f ? character : `\\x${code.toString(16).padStart(2, '0')}`
  }

  #escape(): void {
    const source = this.#source
    const back = source.match(/([1-9]\d*)|g\{?(\d+)\}?|k(?:\{(\w+)\}|<(\w+)>|'(\w+)')|g\{(\w+)\}/y)
    if (back !== undefined) return this.#backReference(back)
    const assertion = assertions.get(source.next)
    if (assertion !== undefined) {
      if (this.#isMultiline && /[AzZ]/.test(source.next))
        throw new SyntaxError(`\`\\${source.next}\` beside \`(?m)\` is not supported`)
      source.at++
      this.#text += assertion
      return
    }
    const found = readByteEscape(source)
    if (found === undefined) throw new SyntaxError(`\`\\${source.next}\` is not supported`)
    if (typeof found === 'number') this.#byte(found)
    else this.#text += String(found)
  }

  #backReference(match: RegExpExecArray): void {
    const number = match[1] ?? match[2]
    const name = match.slice(3).find((text) => text !== undefined)
    const text = number === undefined ? `\\k<${name ?? ''}>` : `\\${number}`
    // What follows must not look like a part of the number.
    this.#text += this.#options.ignoresCase ? `(?i:${text})` : `(?:${text})`
  }

  #open(): void {
    const source = this.#source
    if (source.match(/\?#[^)]*\)/y) !== undefined) return
    const reference = source.match(/\?P=(\w+)\)/y)
    if (reference !== undefined) {
      this.#text += this.#options.ignoresCase ? `(?i:\\k<${reference[1] ?? ''}>)` : `\\k<${reference[1] ?? ''}>`
      return
    }
    const options = source.match(/\?([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/y)
    if (options !== undefined) return this.#openOptions(options)
    this.#outer.push(this.#options)
    const named = source.match(/\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/y)
    if (named !== undefined) {
      const name = named[1] ?? named[2] ?? ''
      this.#names.push(name)
      this.#text += `(?<${name}>`
      return
    }
    const kind = source.match(/\?(?:<?[=!]|:)/y)
    if (kind === undefined && (source.next === '?' || source.next === '*'))
      throw new SyntaxError(
        `a group that begins with \`(${source.text.slice(source.at, source.at + 2)}\` is not supported`,
      )
    this.#text += `(${kind?.[0] ?? ''}`
  }

  /** `(?i)` holds to the end of its group, `(?i:...)` in it. */
  #openOptions([, on = '', off = '', end]: RegExpExecArray): void {
    if (/[^ims]/.test(on + off))
      throw new SyntaxError(`the option \`(?${on}${off === '' ? '' : `-${off}`}${end ?? ''}\` is not supported`)
    if (on.includes('m')) {
      if (this.#text !== '' || end !== ')')
        throw new SyntaxError('`(?m)` is supported at the beginning of a pattern only')
      this.#isMultiline = true
    }
    if (end === ':') {
      this.#outer.push(this.#options)
      this.#text += '(?:'
    }
    const has = (letter: string, before: boolean): boolean => !off.includes(letter) && (on.includes(letter) || before)
    this.#options = {
      ignoresCase: has('i', this.#options.ignoresCase),
      dotMatchesAll: has('s', this.#options.dotMatchesAll),
    }
  }

  #close(): void {
    const outer = this.#outer.pop()
    if (outer === undefined) throw new SyntaxError('unmatched closing parenthesis')
    this.#options = outer
    this.#text += ')'
  }
}
