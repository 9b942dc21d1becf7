/**
 * Variables: each is a plain function of the request, found by name once, when the configuration is compiled.
 *
 * A name is known when a module declares it, when its prefix is declared (`http_`, `arg_`, ...), or when a directive
 * makes it (`set`, `map`, a named capture). References may stand before the directive that makes the name, so they are
 * bound at the end; an unknown name is then an error at the place of each reference.
 */
import type { Request } from '../http/request.ts'
import type { Place } from '../language/statement.ts'

/** Reads a variable; undefined is "not found", which values show as an empty string. */
export type Getter = (request: Request) => string | undefined

/** A variable. */
export interface Variable {
  readonly get: Getter
  /** Present where `set` may assign to it. */
  readonly set?: (request: Request, value: string) => void
}

/** A family of variables which share a prefix: `make` gets the rest of the name. */
export interface VariablePrefix {
  readonly prefix: string
  readonly make: (rest: string) => Getter
}

/** What a module declares. */
export interface VariableRows {
  readonly names?: Readonly<Record<string, Getter | Variable>>
  readonly prefixes?: readonly VariablePrefix[]
}

/** A use of a variable; `get` is bound when the whole configuration has been read. */
export interface Reference {
  readonly name: string
  get: Getter
}

const unbound: Getter = () => undefined

/** All variables of a configuration. */
export class VariableTable {
  readonly #variables = new Map<string, Variable>()
  readonly #prefixes: VariablePrefix[] = []
  readonly #references: { readonly reference: Reference; readonly place: Place }[] = []
  #slots = 0

  /** How many values a request must have room for. */
  get slots(): number {
    return this.#slots
  }

  /** Adds what a module declares. */
  declare(rows: VariableRows): void {
    for (const [name, row] of Object.entries(rows.names ?? {})) {
      this.#variables.set(name, typeof row === 'function' ? { get: row } : row)
    }
    this.#prefixes.push(...(rows.prefixes ?? []))
  }

  /** True when the name stands for a variable that `define` may not replace. */
  has(name: string): boolean {
    return this.#variables.has(name)
  }

  /** Gives the name a computed value (map, geo, ...). */
  define(name: string, get: Getter): void {
    this.#variables.set(name, { get })
  }

  /** Reserves a place in each request. */
  reserve(): number {
    return this.#slots++
  }

  /** Makes the name assignable and returns how: by its own setter, or into a slot of the request. Undefined when it is read-only. */
  assignable(name: string): ((request: Request, value: string) => void) | undefined {
    const known = this.#variables.get(name)
    if (known !== undefined) return known.set
    const slot = this.reserve()
    const family = this.#prefixes.find((row) => name.startsWith(row.prefix))
    const fallback = family?.make(name.slice(family.prefix.length)) ?? unbound
    const set = (request: Request, value: string): void => {
      request.slots[slot] = value
    }
    this.#variables.set(name, { get: (request) => request.slots[slot] ?? fallback(request), set })
    return set
  }

  /** A use of `$name` at a place. */
  reference(name: string, place: Place): Reference {
    const reference = { name, get: unbound }
    this.#references.push({ reference, place })
    return reference
  }

  /** Binds every reference; calls back for the names nobody knows. */
  bind(unknown: (name: string, place: Place) => void): void {
    for (const { reference, place } of this.#references) {
      const getter = this.find(reference.name)
      if (getter === undefined) unknown(reference.name, place)
      else reference.get = getter
    }
  }

  /** The variable of a name; undefined when nobody knows it. For names that come while requests run. */
  find(name: string): Getter | undefined {
    const known = this.#variables.get(name)
    if (known !== undefined) return known.get
    if (/^[1-9]\d*$/.test(name)) {
      const index = Number(name)
      return (request) => request.captures?.[index]
    }
    const family = this.#prefixes.find((row) => name.startsWith(row.prefix))
    return family?.make(name.slice(family.prefix.length))
  }
}
