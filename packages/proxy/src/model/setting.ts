/**
 * Settings and how they are inherited.
 *
 * A directive leaves its value in the scope of the block it stands in. When the tree is frozen, `inForce` looks outwards
 * as nginx's merge functions do: a value set here wins, else the nearest outer one, else the initial value. An array is
 * one value, so a list set in an inner block replaces the outer list whole (add_header, proxy_set_header, access_log).
 */
import type { Key, Scope } from '../language/directive.ts'

/** How far out a value may be looked for: everywhere, only out of the nameless locations of `if` and `limit_except`, or not at all. */
export type Reach = 'inherit' | 'nameless' | 'own'

/** A key with what holds when nobody sets it. */
export interface Setting<T> extends Key<T> {
  readonly initial: T
  readonly reach: Reach
}

/** Declares a setting. */
export function setting<T>(name: string, initial: T, reach: Reach = 'inherit'): Setting<T> {
  return { name, initial, reach }
}

/** The value that holds in a block. */
export function inForce<T>(scope: Scope, key: Setting<T>): T {
  let at: Scope | undefined = scope
  while (at !== undefined) {
    if (at.has(key)) return at.get(key) as T
    const nameless: boolean = at.context === 'if in location' || at.context === 'limit_except'
    if (key.reach === 'own' || (key.reach === 'nameless' && !nameless)) break
    at = at.parent
  }
  return key.initial
}
