/**
 * Locations, and which of them a URI meets, exactly as nginx decides it:
 * an exact match ends the search; else the longest prefix counts, and the search goes on inside it; then the regular
 * expressions of this level are tried in order, unless the prefix was marked `^~` or something inside it matched for
 * good. A prefix `/x/` handled by a `*_pass` also answers `/x`, with a redirect.
 */
import type { Request } from '../http/request.ts'
import type { Key } from '../language/directive.ts'
import type { CoreSettings } from './core-settings.ts'
import type { GroupBinding } from './captures.ts'
import type { Handler, HeaderFilter, LogHandler, PostRead } from './module.ts'
import type { Pattern } from './pattern.ts'
import type { RewriteStep } from './rewrite.ts'

/** How a location is selected. */
export type LocationName =
  | { readonly kind: 'exact' | 'prefix' | 'prefix-final' /* ^~ */ | 'named'; readonly text: string }
  | { readonly kind: 'regex'; readonly text: string; readonly pattern: Pattern; readonly bind: readonly GroupBinding[] }
  | { readonly kind: 'nameless'; readonly text: string }

/** A location, frozen: what the phases run for a request that met it. */
export interface Location {
  readonly name: LocationName
  readonly core: CoreSettings
  readonly rewrite: readonly RewriteStep[]
  /** Pre-access, access, try_files and content handlers, those that have something to do. */
  readonly handlers: readonly Handler[]
  /** The same without access handlers, for requests made inside the proxy. */
  readonly innerHandlers: readonly Handler[]
  /** Of a server's own settings: what is done with each of its requests first. */
  readonly postread: readonly PostRead[]
  /** What modules know about this location, for their variables. */
  readonly kept: ReadonlyMap<Key<unknown>, unknown>
  readonly headerFilters: readonly HeaderFilter[]
  readonly logs: readonly LogHandler[]
  readonly nested: LocationTree
  readonly autoRedirect: boolean
  readonly limitExcept: { readonly methods: ReadonlySet<string>; readonly location: Location } | undefined
}

/** What a module keeps about a location; undefined when it has nothing to do there. */
export function keptIn<T>(location: Location, key: Key<T>): T | undefined {
  return location.kept.get(key) as T | undefined
}

/** What a search came to: `final` must not be overridden by an outer regular expression, `redirect` wants a slash added. */
export type Found = 'final' | 'open' | 'redirect' | 'none'

/** A text that names locations of one level; `exact`, `prefix` and `redirect` are those a URI meets by it. */
interface Entry {
  readonly text: string
  exact: Location | undefined
  prefix: Location | undefined
  redirect: Location | undefined
  /** The longest other text with a prefix location that this one begins with. */
  outer: Entry | undefined
}

/** The locations of one level. What a search costs grows with the logarithm of their number. */
export class LocationTree {
  /** Sorted: what a URI begins with is the last text that is not behind it, or an `outer` of that. */
  readonly #entries: readonly Entry[]
  readonly #regexes: readonly { readonly regex: RegExp; readonly location: Location }[]
  readonly isEmpty: boolean

  constructor(locations: readonly Location[]) {
    this.#entries = entriesOf(locations)
    this.#regexes = locations.flatMap((location) => {
      const { name } = location
      return name.kind === 'regex' ? [{ regex: name.pattern.regex, location }] : []
    })
    this.isEmpty = this.#entries.length + this.#regexes.length === 0
  }

  /** The tree of some locations; one and the same where there are none, as inside of most. */
  static of(locations: readonly Location[]): LocationTree {
    return locations.length === 0 ? empty : new LocationTree(locations)
  }

  /** Sets `request.location` to the location its URI meets here. */
  find(request: Request): Found {
    if (this.isEmpty) return 'none'
    const { uri } = request
    let entry = this.#lastUpTo(uri)
    if (entry?.text === uri) {
      if (entry.exact !== undefined) {
        request.location = entry.exact
        return 'final'
      }
      if (entry.prefix === undefined && entry.redirect !== undefined) {
        request.location = entry.redirect
        return 'redirect'
      }
    }
    while (entry !== undefined && (entry.prefix === undefined || !uri.startsWith(entry.text))) entry = entry.outer
    let found: Found = 'none'
    if (entry?.prefix !== undefined) {
      request.location = entry.prefix
      const inner = entry.prefix.nested.find(request)
      if (inner === 'final' || inner === 'redirect') return inner
      if (entry.prefix.name.kind === 'prefix-final') return 'open'
      found = 'open'
    }
    return this.#regexes.length > 0 ? this.#findRegex(request, found) : found
  }

  #lastUpTo(uri: string): Entry | undefined {
    const entries = this.#entries
    let low = 0
    let high = entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      const entry = entries[middle]
      if (entry !== undefined && entry.text <= uri) low = middle + 1
      else high = middle
    }
    return low === 0 ? undefined : entries[low - 1]
  }

  #findRegex(request: Request, found: Found): Found {
    for (const { regex, location } of this.#regexes) {
      const captures = regex.exec(request.uri)
      if (captures === null) continue
      request.captures = captures
      request.location = location
      if (location.name.kind === 'regex' && captures.groups !== undefined) {
        for (const bind of location.name.bind) bind(request, captures.groups)
      }
      const inner = location.nested.find(request)
      return inner === 'redirect' ? inner : 'final'
    }
    return found
  }
}

const empty = new LocationTree([])

function entriesOf(locations: readonly Location[]): Entry[] {
  const byText = new Map<string, Entry>()
  const entry = (text: string): Entry => {
    const known = byText.get(text)
    if (known !== undefined) return known
    const made = { text, exact: undefined, prefix: undefined, redirect: undefined, outer: undefined }
    byText.set(text, made)
    return made
  }
  for (const location of locations) {
    const { kind, text } = location.name
    if (kind === 'exact') entry(text).exact = location
    else if (kind === 'prefix' || kind === 'prefix-final') entry(text).prefix ??= location
    if (location.autoRedirect && kind !== 'regex' && text.length > 1 && text.endsWith('/'))
      entry(text.slice(0, -1)).redirect = location
  }
  const sorted = [...byText.values()].toSorted((a, b) => (a.text < b.text ? -1 : 1))
  let last: Entry | undefined
  for (const at of sorted) {
    while (last !== undefined && !at.text.startsWith(last.text)) last = last.outer
    at.outer = last
    if (at.prefix !== undefined) last = at
  }
  return sorted
}
