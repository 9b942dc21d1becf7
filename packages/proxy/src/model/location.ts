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

/** The locations of one level. */
export class LocationTree {
  readonly #exact = new Map<string, Location>()
  readonly #redirects = new Map<string, Location>()
  readonly #prefixes: { readonly text: string; readonly location: Location }[] = []
  readonly #regexes: { readonly regex: RegExp; readonly location: Location }[] = []
  readonly isEmpty: boolean

  constructor(locations: readonly Location[]) {
    for (const location of locations) {
      const { name } = location
      if (name.kind === 'exact') this.#exact.set(name.text, location)
      else if (name.kind === 'regex') this.#regexes.push({ regex: name.pattern.regex, location })
      else if (name.kind === 'prefix' || name.kind === 'prefix-final')
        this.#prefixes.push({ text: name.text, location })
      if (location.autoRedirect && name.kind !== 'regex' && name.text.length > 1 && name.text.endsWith('/')) {
        this.#redirects.set(name.text.slice(0, -1), location)
      }
    }
    this.#prefixes.sort((a, b) => b.text.length - a.text.length)
    this.isEmpty = this.#exact.size + this.#prefixes.length + this.#regexes.length === 0
  }

  /** Sets `request.location` to the location its URI meets here. */
  find(request: Request): Found {
    if (this.isEmpty) return 'none'
    const { uri } = request
    const exact = this.#exact.get(uri)
    if (exact !== undefined) {
      request.location = exact
      return 'final'
    }
    let found: Found = 'none'
    let triesRegexes = true
    for (const { text, location } of this.#prefixes) {
      if (!uri.startsWith(text)) continue
      if (text.length < uri.length && this.#redirectTo(request)) return 'redirect'
      request.location = location
      triesRegexes = location.name.kind !== 'prefix-final'
      const inner = location.nested.find(request)
      if (inner === 'final' || inner === 'redirect') return inner
      found = 'open'
      break
    }
    if (found === 'none' && this.#redirectTo(request)) return 'redirect'
    return triesRegexes && this.#regexes.length > 0 ? this.#findRegex(request, found) : found
  }

  #redirectTo(request: Request): boolean {
    const location = this.#redirects.size > 0 ? this.#redirects.get(request.uri) : undefined
    if (location !== undefined) request.location = location
    return location !== undefined
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
