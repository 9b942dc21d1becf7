/** The rows the language is checked by. A module is a list of rows; to add a directive is to add a row.
 *
 * A row says where a directive may stand, how many arguments it takes, whether it opens a block, and what it means:
 * `apply` is called with the scope the statement stands in, only for statements whose shape is right. A row with a
 * block returns the scope of that block (`scope.child(...)`); its statements are then checked and applied in it, and
 * at the end `close` is called.
 */
import type { Report } from './diagnostic.ts'
import type { Statement } from './statement.ts'

/** Where a statement stands. */
export type Context = (typeof contexts)[number]

/** All contexts, from the outside in. */
export const contexts = [
  'main',
  'events',
  'http',
  'server',
  'location',
  'if in server',
  'if in location',
  'limit_except',
  'upstream',
] as const

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
  /** True for a directive that is read and changes nothing here; `doc` says why. */
  readonly inert?: boolean
  /** What is not as in nginx, one sentence for the reference page. */
  readonly differs?: string
  /** Returns the scope of the block, for rows with one; without it the block is applied in the same scope. A SyntaxError is reported at the statement. */
  readonly apply: (scope: Scope, statement: Statement, report: Report) => Scope | void
  /** Called after the statements of the block, with the scope that `apply` returned. */
  readonly close?: (scope: Scope, statement: Statement, report: Report) => void
}

/** The same row with what is not as in nginx. */
export function differing(row: Directive, differs: string): Directive {
  return { ...row, differs }
}

/** A typed name under which scopes keep a value; two keys are never the same. */
export interface Key<T> {
  readonly name: string
  /** Never read: it makes the key's type known. */
  readonly value?: T
}

/** A new key; the name is for people who debug. */
export function key<T>(name: string): Key<T> {
  return { name }
}

/** One block while it is compiled: what its directives have set, and the blocks around it. */
export class Scope {
  readonly context: Context
  readonly parent: Scope | undefined
  /** The statement that opened the block; undefined for the main level. */
  readonly statement: Statement | undefined
  readonly children: Scope[] = []
  /** Made when it is needed: most blocks of a large configuration set nothing. */
  #values: Map<Key<unknown>, unknown> | undefined

  constructor(context: Context, parent?: Scope, statement?: Statement) {
    this.context = context
    this.parent = parent
    this.statement = statement
  }

  /** A scope inside this one. */
  child(context: Context, statement: Statement): Scope {
    const scope = new Scope(context, this, statement)
    this.children.push(scope)
    return scope
  }

  /** What was set in this very block. */
  get<T>(name: Key<T>): T | undefined {
    return this.#values?.get(name) as T | undefined
  }

  set<T>(name: Key<T>, value: T): void {
    this.#values ??= new Map()
    this.#values.set(name, value)
  }

  has(name: Key<unknown>): boolean {
    return this.#values?.has(name) === true
  }

  /** True when one of the keys was set in this very block. */
  setsAny(keys: ReadonlySet<Key<unknown>>): boolean {
    if (this.#values === undefined) return false
    for (const key of this.#values.keys()) if (keys.has(key)) return true
    return false
  }

  /** What was set here or in the nearest block around: ask when all statements have been applied. */
  inherited<T>(name: Key<T>): T | undefined {
    return this.has(name) ? this.get(name) : this.parent?.inherited(name)
  }

  /** Adds to a list that is kept under the key. */
  append<T>(name: Key<T[]>, value: T): void {
    const list = this.get(name)
    if (list === undefined) this.set(name, [value])
    else list.push(value)
  }
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
