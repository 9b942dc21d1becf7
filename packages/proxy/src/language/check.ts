/** Walks the statements by the table of directives: checks every statement's shape, then applies it.
 *
 * Everything that is wrong is reported in one run, in nginx's words. A statement with a wrong shape is not applied, nor
 * is what stands in its block; that is only checked.
 */
import { reportAt } from './diagnostic.ts'
import type { Report } from './diagnostic.ts'
import type { Context, Directive, DirectiveTable, Scope } from './directive.ts'
import { foreignDirective } from './foreign.ts'
import { knownDirectives } from './known.ts'
import type { KnownDirective } from './known.ts'
import { nearest } from './nearest.ts'
import type { Statement } from './statement.ts'

export interface CheckOptions {
  /** What to do about nginx's directives that have no row: 'refuse' is an error, 'warn' passes over them. */
  readonly unimplemented?: 'refuse' | 'warn'
}

/** Checks and applies the statements in `scope`. What is wrong goes to `report`. */
export function compile(
  statements: readonly Statement[],
  directives: DirectiveTable,
  scope: Scope,
  report: Report,
  options: CheckOptions = {},
): void {
  new Checker(statements, directives, report, options).walk(statements, scope.context, scope)
}

class Checker {
  readonly #statements: readonly Statement[]
  readonly #table: DirectiveTable
  readonly #report: Report
  readonly #options: CheckOptions
  /** Directives that have been passed over: of each the first place is shown. */
  readonly #passedOver = new Set<string>()

  constructor(statements: readonly Statement[], table: DirectiveTable, report: Report, options: CheckOptions) {
    this.#statements = statements
    this.#table = table
    this.#report = report
    this.#options = options
  }

  /** Without a scope the statements' shapes are checked and nothing is applied: the block around them is wrong. */
  walk(statements: readonly Statement[], context: Context, scope: Scope | undefined): void {
    const seen = new Map<string, Statement>()
    for (const statement of statements) this.#one(statement, context, scope, seen)
  }

  #one(statement: Statement, context: Context, scope: Scope | undefined, seen: Map<string, Statement>): void {
    const rows = this.#table.get(statement.name)
    if (rows === undefined) return this.#unknown(statement, context)
    const row = rows.find((candidate) => candidate.contexts.includes(context))
    if (row === undefined) return this.#misplaced(statement, context, rows)
    if (!this.#shapeIsRight(statement, row)) return this.#inside(statement, row, undefined)
    const first = seen.get(statement.name)
    if (row.once === true && first !== undefined) {
      const { file, line } = first.place
      this.#report.emerg(`"${row.name}" directive is duplicate`, statement.place, `the first stands in ${file}:${line}`)
      return
    }
    seen.set(statement.name, statement)
    if (scope === undefined) return this.#inside(statement, row, undefined)
    const report = reportAt(this.#report, statement.place)
    const inner = applyRow(row, scope, statement, report)
    this.#inside(statement, row, inner)
    if (inner !== undefined) row.close?.(inner, statement, report)
  }

  #inside(statement: Statement, row: Directive, scope: Scope | undefined): void {
    if (row.block === undefined || row.block === 'any' || statement.block === undefined) return
    this.walk(statement.block, row.block, scope)
  }

  #shapeIsRight(statement: Statement, row: Directive): boolean {
    const { name, place } = statement
    if (row.block === undefined && statement.block !== undefined) {
      this.#report.emerg(`directive "${name}" is not terminated by ";"`, place)
      return false
    }
    if (row.block !== undefined && statement.block === undefined) {
      this.#report.emerg(`directive "${name}" has no opening "{"`, place)
      return false
    }
    const [min, limit] = row.args === 'flag' ? [1, 1] : row.args
    return this.#countIsRight(statement, min, limit === -1 ? Number.POSITIVE_INFINITY : limit)
  }

  #countIsRight(statement: Statement, min: number, max: number): boolean {
    const count = statement.args.length
    if (count >= min && count <= max) return true
    const suggestion = this.#missingSemicolon(statement) ?? `${expected(min, max)}, got ${count}`
    this.#report.emerg(`invalid number of arguments in "${statement.name}" directive`, statement.place, suggestion)
    return false
  }

  /** A directive's name at the start of a further line, among the arguments: the `;` before it was forgotten. */
  #missingSemicolon(statement: Statement): string | undefined {
    let line = statement.place.line
    let last = statement.name
    for (const word of statement.args) {
      if (word.place.line > line && !word.quoted && this.#table.has(word.text)) {
        return `a ";" seems to be missing after "${last}" in line ${line}`
      }
      line = word.place.line
      last = word.text
    }
    return undefined
  }

  #misplaced(statement: Statement, context: Context, rows: readonly Directive[]): void {
    const known = shapesIn(statement.name, context)
    if (known !== undefined) return this.#unimplemented(statement, known)
    this.#notAllowed(statement, context, [...new Set(rows.flatMap((row) => row.contexts))])
    const block = rows.find((row) => row.block !== undefined)
    if (block !== undefined) this.#inside(statement, block, undefined)
  }

  #notAllowed({ name, place }: Statement, context: Context, contexts: readonly string[]): void {
    const suggestion = `this is the context "${context}"; it is allowed in ${list(contexts)}`
    this.#report.emerg(`"${name}" directive is not allowed here`, place, suggestion)
  }

  #unknown(statement: Statement, context: Context): void {
    const { name, place } = statement
    const anywhere = knownDirectives.get(name)
    const known = shapesIn(name, context)
    if (known !== undefined) return this.#unimplemented(statement, known)
    if (anywhere !== undefined)
      return this.#notAllowed(statement, context, [...new Set(anywhere.flatMap(({ contexts }) => contexts))])
    const foreign = foreignDirective(name)
    if (foreign !== undefined) return this.#passOver(foreign, statement)
    if (/^\d+(?:,\d*)?\}/.test(name))
      return this.#report.emerg(`unknown directive "${name}"`, place, 'a pattern with "{" in it stands in quotes')
    const guess = nearest(name, [...this.#namesIn(context)]) ?? nearest(name, [...this.#table.keys()])
    const suggestion = guess === undefined ? undefined : `did you mean "${guess}"?`
    this.#report.emerg(`unknown directive "${name}"`, place, suggestion)
  }

  /** A mistake in a directive that we do not have is told as well: there is no use in having it next. */
  #unimplemented(statement: Statement, { args, block }: KnownDirective): void {
    const { name, place } = statement
    if (block && statement.block === undefined) this.#report.emerg(`directive "${name}" has no opening "{"`, place)
    else if (!block && statement.block !== undefined)
      this.#report.emerg(`directive "${name}" is not terminated by ";"`, place)
    else if (this.#countIsRight(statement, ...args))
      this.#passOver(`directive "${name}" of nginx is not implemented by trivet`, statement)
  }

  #passOver(message: string, { name, place }: Statement): void {
    if (this.#passedOver.has(name)) return
    const hints: string[] = []
    const more = countOf(name, this.#statements) - 1
    if (more > 0) hints.push(`it stands in ${more} more ${more === 1 ? 'place' : 'places'}`)
    const warns = this.#options.unimplemented === 'warn'
    if (!warns && this.#passedOver.size === 0)
      hints.push('`trivet_unimplemented warn;` at the main level passes over such directives')
    this.#passedOver.add(name)
    const hint = hints.length === 0 ? undefined : hints.join('\n    ')
    if (warns) this.#report.warn(message, place, hint)
    else this.#report.emerg(message, place, hint)
  }

  *#namesIn(context: Context): Generator<string> {
    for (const [name, rows] of this.#table) if (rows.some((row) => row.contexts.includes(context))) yield name
  }
}

/** The scope of what stands in the block; undefined when the row could not read an argument, which is reported. */
function applyRow(row: Directive, scope: Scope, statement: Statement, report: Report): Scope | undefined {
  try {
    return row.apply(scope, statement, report) ?? scope
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    report.emerg(error.message)
    return undefined
  }
}

/** How often a directive stands in statements and their blocks. */
function countOf(name: string, statements: readonly Statement[]): number {
  return statements.reduce((sum, one) => sum + (one.name === name ? 1 : 0) + countOf(name, one.block ?? []), 0)
}

function expected(min: number, max: number): string {
  if (min === max) return min === 0 ? 'expected no arguments' : `expected ${min}`
  return max === Number.POSITIVE_INFINITY ? `expected at least ${min}` : `expected ${min} to ${max}`
}

/** What nginx knows by this name in this context. */
function shapesIn(name: string, context: Context): KnownDirective | undefined {
  return knownDirectives.get(name)?.find(({ contexts }) => contexts.includes(context))
}

function list(contexts: readonly string[]): string {
  return contexts.map((context) => `"${context}"`).join(', ')
}
