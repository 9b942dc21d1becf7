/**
 * What a module is: one file which declares its directives, its variables and what it does to a request.
 *
 * When the tree is frozen, `attach` is called once for each location (and each nameless location of an `if` or
 * `limit_except`), or once for many (common.ts): it must depend on the settings in force there alone, besides what the
 * block which sets one of them is. It returns the functions to run, or nothing when the module has no work in that
 * place, so that a request only ever meets the modules it was configured for.
 */
import type { Request } from '../http/request.ts'
import type { Directive, Key } from '../language/directive.ts'
import type { HttpScope, LocationScope } from './scope.ts'
import type { VariableRows } from './variable.ts'

/** The next handler shall decide. */
export const declined = -5
/** The handler has taken the request: it answers, or calls `request.resume` later. */
export const taken = -4
/** Access granted; elsewhere: go on. */
export const allowed = 0

/** A step of a phase: `declined`, `taken`, `allowed`, or the status to answer with. */
export type Handler = (request: Request) => number
/** Looks at, and changes, the response's head before it is sent; a status instead of 0 replaces the whole answer. */
export type HeaderFilter = (request: Request) => number
/** Runs when a request has been read, before its server's rewrites. */
export type PostRead = (request: Request) => void
/** Runs when the request is over. */
export type LogHandler = (request: Request) => void

/** What a module does in one location. */
export interface Attachment {
  /** Settings that the module's variables read, by `keptIn`. */
  readonly keep?: readonly [key: Key<unknown>, value: unknown]
  /** Only what the server's own settings ask for is run. */
  readonly postread?: PostRead
  readonly preaccess?: Handler
  readonly access?: Handler
  readonly precontent?: Handler
  readonly content?: Handler
  readonly headerFilter?: HeaderFilter
  readonly log?: LogHandler
}

/** A module of the proxy. */
export interface Module {
  readonly name: string
  readonly directives: readonly Directive[]
  readonly variables?: VariableRows
  /** Called once per configuration, before the directives of `http` are applied. */
  readonly setup?: (http: HttpScope) => void
  /** Called for each location, or once for many, when the tree is frozen. */
  readonly attach?: (scope: LocationScope) => Attachment | undefined
}
