/**
 * What is made from the settings of a place depends on nothing but those it reads. Most locations of a large
 * configuration set few of them, so what they have in common is made, and kept, once: for all locations inside a block
 * of which neither they nor the blocks between set anything that was read.
 *
 *     http { root /a;  server { location /x {} location /y {} }  server { root /b; location /z {} } }
 *                               \________ one answer ________/             \___ another: `root` was read ___/
 */
import type { Key, Scope } from '../language/directive.ts'
import type { LocationScope } from './scope.ts'

interface Made<T> {
  readonly reads: ReadonlySet<Key<unknown>>
  readonly value: T
}

/** Settings reach into these in different ways. */
type PlaceKind = 'location' | 'server' | 'if' | 'limitExcept'

function kindOf({ name, context }: LocationScope): PlaceKind {
  if (name.kind !== 'nameless') return 'location'
  return context === 'if in location' ? 'if' : context === 'limit_except' ? 'limitExcept' : 'server'
}

/** The block whose `if` or `limit_except` this is, or the place itself: `nameless` settings are looked for up to there, no further. */
function ownerOf(scope: LocationScope): Scope {
  let at: Scope = scope
  while ((at.context === 'if in location' || at.context === 'limit_except') && at.parent !== undefined) at = at.parent
  return at
}

/** Something that `make` makes from nothing but settings that hold in a location: the same for all where it comes out the same. */
export class Common<T> {
  readonly #make: (scope: LocationScope) => T
  /** By the outermost block in which it holds, for each kind of place. */
  readonly #made: Readonly<Record<PlaceKind, Map<Scope, Made<T>>>> = {
    location: new Map(),
    server: new Map(),
    if: new Map(),
    limitExcept: new Map(),
  }

  constructor(make: (scope: LocationScope) => T) {
    this.#make = make
  }

  /** What holds in a location. */
  of(scope: LocationScope): T {
    const { http } = scope
    const outer = http.reads
    const made = this.#find(scope) ?? this.#add(scope)
    // Who is making something of this has read all that.
    http.reads = outer
    for (const key of made.reads) outer?.add(key)
    return made.value
  }

  #find(scope: LocationScope): Made<T> | undefined {
    const known = this.#made[kindOf(scope)]
    const owner = ownerOf(scope)
    const between: Scope[] = []
    let isBeyond = false
    for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
      // What holds in a block reaches what it owns and what is merely inside it in different ways.
      const made = isBeyond ? known.get(at) : undefined
      if (made !== undefined && !between.some((inner) => inner.setsAny(made.reads))) return made
      isBeyond ||= at === owner
      between.push(at)
    }
    return undefined
  }

  #add(scope: LocationScope): Made<T> {
    const reads = (scope.http.reads = new Set<Key<unknown>>())
    const made = { reads, value: this.#make(scope) }
    const owner = ownerOf(scope)
    let outermost: Scope = scope
    let isBeyond = false
    for (let at: Scope = scope; !at.setsAny(reads) && at.parent !== undefined; at = outermost) {
      outermost = at.parent
      isBeyond ||= at === owner
    }
    if (isBeyond) this.#made[kindOf(scope)].set(outermost, made)
    return made
  }
}
