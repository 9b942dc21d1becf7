/** Words into statements: `name args;`, `name args { ... }`. Nothing is known here of what the names mean.
 *
 * A text with a syntax error is read up to the error, where all its blocks end: behind it the nesting is anybody's guess,
 * and guesses make false messages. What stands before it is checked like the rest, and often holds the cause.
 */
import type { Report } from './diagnostic.ts'
import { LexicalError, Lexer } from './lexer.ts'
import type { Token } from './lexer.ts'
import type { Place, Statement } from './statement.ts'
import { commandLine } from './statement.ts'

/** Blocks nest at most this deep; real configurations stay under ten. */
export const maxDepth = 128

type WordToken = Extract<Token, { kind: 'word' }>

interface OpenBlock {
  readonly head: readonly WordToken[]
  readonly statements: Statement[]
}

/** The statements of one text; what is wrong with it goes to `report`. */
export function parse(text: string, file: string, report: Report): Statement[] {
  const parser = new Parser(new Lexer(text, file), file)
  try {
    parser.run()
  } catch (error) {
    if (!(error instanceof LexicalError)) throw error
    report.emerg(error.message, error.place, error.suggestion)
    parser.breakOff()
  }
  return parser.statements
}

class Parser {
  readonly statements: Statement[] = []
  readonly #lexer: Lexer
  readonly #file: string
  readonly #open: OpenBlock[] = []
  #words: WordToken[] = []

  constructor(lexer: Lexer, file: string) {
    this.#lexer = lexer
    this.#file = file
  }

  run(): void {
    for (;;) {
      const token = this.#lexer.next()
      if (token.kind === 'word') this.#words.push(token)
      else if (token.kind === ';') this.#end(token.place)
      else if (token.kind === '{') this.#openBlock(token.place)
      else if (token.kind === '}') this.#closeBlock(token.place)
      else return this.#finish(token.place)
    }
  }

  /** Ends all blocks; what has been begun is left out. */
  breakOff(): void {
    for (let block = this.#open.pop(); block !== undefined; block = this.#open.pop())
      this.#add(statement(block.head, block.statements))
  }

  #end(place: Place): void {
    if (this.#words.length === 0) throw new LexicalError('unexpected ";"', place)
    this.#add(statement(this.#words, undefined))
    this.#words = []
  }

  #openBlock(place: Place): void {
    if (this.#words.length === 0) throw new LexicalError('unexpected "{"', place)
    if (this.#file === commandLine) throw new LexicalError('block directives are not supported in -g option', place)
    if (this.#open.length === maxDepth) throw new LexicalError(`blocks are nested deeper than ${maxDepth}`, place)
    this.#open.push({ head: this.#words, statements: [] })
    this.#words = []
  }

  #closeBlock(place: Place): void {
    const last = this.#words.at(-1)
    if (last !== undefined) {
      throw new LexicalError(
        'unexpected "}"',
        place,
        `a ";" is missing after "${last.text}" in line ${last.place.line}`,
      )
    }
    const block = this.#open.pop()
    if (block === undefined) throw new LexicalError('unexpected "}"', place, 'no block is open here')
    this.#add(statement(block.head, block.statements))
  }

  #finish(place: Place): void {
    const last = this.#words.at(-1)
    if (last !== undefined) {
      const inCommand = this.#file === commandLine
      throw new LexicalError(
        inCommand ? 'unexpected end of parameter, expecting ";"' : 'unexpected end of file, expecting ";" or "}"',
        place,
        `a ";" is missing after "${last.text}" in line ${last.place.line}`,
      )
    }
    const block = this.#open.at(-1)
    if (block === undefined) return
    const name = block.head[0]?.text ?? ''
    const line = block.head[0]?.place.line ?? 0
    throw new LexicalError(
      'unexpected end of file, expecting "}"',
      place,
      `the block of "${name}" that opens in line ${line} is never closed`,
    )
  }

  #add(one: Statement): void {
    const into = this.#open.at(-1)?.statements ?? this.statements
    into.push(one)
  }
}

function statement(words: readonly WordToken[], block: readonly Statement[] | undefined): Statement {
  const [head, ...rest] = words
  if (head === undefined) throw new TypeError('a statement has a name')
  return { name: head.text, args: rest, block, place: head.place }
}
