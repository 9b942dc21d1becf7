/**
 * Server-side includes in a text, sans I/O: `<!--#command name="value" -->`. Text goes on as it comes; what may be the
 * beginning of a command waits for its rest.
 */

/** A command as it was written. */
export interface Command {
  readonly name: string
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

/** What has been found. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'error'; readonly message: string }

const opening = '<!--#'
const closing = '-->'
/** nginx's limits. */
const longestCommand = 16
const longestParameter = 32
/** Characters of one command in all; nginx bounds only its values. */
const longestText = 64 * 1024

const spaces = /[ \r\n\t]*/y
const commandName = /[^ \r\n\t][^ \r\n\t-]*/y
const parameterName = /[^ \r\n\t][^ \r\n\t=-]*/y
const quoted = /"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'/y

class Incomplete extends Error {}
class Malformed extends Error {}

/** Finds the commands of one body. */
export class Scanner {
  readonly #longestValue: number
  #text = ''

  constructor(longestValue: number) {
    this.#longestValue = longestValue
  }

  push(text: string): void {
    this.#text += text
  }

  /** What comes next; undefined when more is needed. `isLast`: no more will come. */
  next(isLast: boolean): Piece | undefined {
    const text = this.#text
    if (text === '') return undefined
    const start = text.indexOf(opening)
    if (start === 0) return this.#command(isLast)
    const end = start === -1 ? (isLast ? text.length : heldFrom(text)) : start
    if (end === 0) return undefined
    this.#text = text.slice(end)
    return { kind: 'text', text: text.slice(0, end) }
  }

  #command(isLast: boolean): Piece | undefined {
    try {
      const reader = new CommandReader(this.#text, this.#longestValue)
      const command = reader.read()
      this.#text = this.#text.slice(reader.at)
      return { kind: 'command', command }
    } catch (error) {
      if (error instanceof Malformed) return this.#skip(error.message, isLast)
      if (!(error instanceof Incomplete)) throw error
      if (isLast) this.#text = ''
      return this.#text.length > longestText ? this.#skip('too long SSI command', isLast) : undefined
    }
  }

  /** An unsound command is passed over, up to its end. */
  #skip(message: string, isLast: boolean): Piece | undefined {
    const end = this.#text.indexOf(closing, opening.length)
    if (end === -1 && !isLast && this.#text.length <= longestText) return undefined
    this.#text = end === -1 ? '' : this.#text.slice(end + closing.length)
    return { kind: 'error', message }
  }
}

/** Where a text ends in what may be the beginning of a command. */
function heldFrom(text: string): number {
  for (let length = Math.min(opening.length - 1, text.length); length > 0; length--) {
    if (opening.startsWith(text.slice(-length))) return text.length - length
  }
  return text.length
}

/** Reads one command from the beginning of a text. */
class CommandReader {
  at: number = opening.length
  readonly #text: string
  readonly #longestValue: number

  constructor(text: string, longestValue: number) {
    this.#text = text
    this.#longestValue = longestValue
  }

  read(): Command {
    this.#take(spaces)
    const name = this.#take(commandName)
    if (name.length > longestCommand) throw new Malformed(`the "${name.slice(0, 17)}..." SSI command is too long`)
    const parameters: (readonly [string, string])[] = []
    for (;;) {
      const isApart = this.#take(spaces) !== ''
      if (this.#isEnd(name)) return { name, parameters }
      if (!isApart) throw new Malformed(`unexpected "${this.#text[this.at]}" symbol in "${name}" SSI command`)
      parameters.push(this.#parameter(name))
    }
  }

  #isEnd(command: string): boolean {
    if (this.#text[this.at] !== '-') return false
    for (let index = 0; index < closing.length; index++) {
      const symbol = this.#text[this.at + index]
      if (symbol === undefined) throw new Incomplete()
      if (symbol !== closing[index]) throw new Malformed(`unexpected "${symbol}" symbol in "${command}" SSI command`)
    }
    this.at += closing.length
    return true
  }

  #parameter(command: string): readonly [string, string] {
    const name = this.#take(parameterName)
    if (name.length > longestParameter)
      throw new Malformed(`too long "${name.slice(0, 33)}..." parameter in "${command}" SSI command`)
    this.#take(spaces)
    if (this.#text[this.at] !== '=')
      throw new Malformed(
        `unexpected "${this.#text[this.at]}" symbol after "${name}" parameter in "${command}" SSI command`,
      )
    this.at++
    this.#take(spaces)
    const quote = this.#text[this.at]
    if (quote !== '"' && quote !== "'")
      throw new Malformed(
        `unexpected "${quote}" symbol before value of "${name}" parameter in "${command}" SSI command`,
      )
    quoted.lastIndex = this.at
    const match = quoted.exec(this.#text)
    const value = match?.[1] ?? match?.[2] ?? this.#text.slice(this.at + 1)
    if (value.length > this.#longestValue)
      throw new Malformed(
        `too long "${value.slice(0, this.#longestValue)}..." value of "${name}" parameter in "${command}" SSI command`,
      )
    if (match === null) throw new Incomplete()
    this.at += match[0].length
    return [name, value]
  }

  /** Takes what a pattern matches here; at the end of the text more may belong to it. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const taken = pattern.exec(this.#text)?.[0] ?? ''
    this.at += taken.length
    if (this.at >= this.#text.length) throw new Incomplete()
    return taken
  }
}
