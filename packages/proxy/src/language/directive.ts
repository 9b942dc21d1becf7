/** The rows the language is checked by. A module is a list of rows; to add a directive is to add a row.
 *
 * A row says where a directive may stand, how many arguments it takes, whether it opens a block, and what it means:
 * `apply` is called with the scope the statement stands in, only for statements whose shape is right. A row with a
 * block returns the scope of that block: its statements are then checked and applied in it, and at the end that
 * scope's `close` is called.
 */
import type { Report } from './diagnostic.ts'
export type { Report } from './diagnostic.ts'
import type { Statement } from './statement.ts'

/** Where a statement stands. */
export type Context =
  | 'main'
  | 'events'
  | 'http'
  | 'server'
  | 'location'
  | 'if in server'
  | 'if in location'
  | 'limit_except'
  | 'upstream'

/** One directive in the contexts where it has this shape and meaning. */
export interface Directive {
  readonly name: string
  readonly contexts: readonly Context[]
  /** How many arguments (a maximum of Infinity or -1 is none); 'flag' is exactly one, read by `readFlag`. */
  readonly args: readonly [min: number, max: number] | 'flag'
  /** The context of its block; 'any' leaves the block's statements to `apply` (`map`, `types`, `geo`). */
  readonly block?: Context | 'any'
  /** Refuse a second one in the same scope. */
  readonly once?: boolean
  /** One sentence for the reference page. */
  readonly doc: string
  /** Returns the scope its block is applied in; without one the block's statements are checked but not applied. */
  readonly apply: (scope: Scope, statement: Statement, report: Report) => Scope | void
}

/** One block while it is compiled; modules keep in their own scopes what its directives have set. */
export interface Scope {
  /** Which rows apply to the statements of the block. */
  readonly context: Context
  /** Called when all statements of the block have been applied. */
  close?(report: Report): void
}

/** Directives by name; one name may have several rows, for different contexts. */
export type DirectiveTable = ReadonlyMap<string, readonly Directive[]>

/** The table that `check` walks by. Throws when two rows claim one name in one context. */
export function directiveTable(...lists: Iterable<Directive>[]): DirectiveTable {
  const table = new Map<string, Directive[]>()
  for (const row of lists.flatMap((list) => [...list])) {
    const rows = table.get(row.name) ?? []
    const rival = rows.find((other) => other.contexts.some((context) => row.contexts.includes(context)))
    if (rival !== undefined) throw new Error(`directive "${row.name}" is declared twice for one context`)
    table.set(row.name, [...rows, row])
  }
  return table
}
