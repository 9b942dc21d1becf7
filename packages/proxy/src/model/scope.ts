/** Where directives of `http` are applied while the tree is read: one scope per block. */
import type { Report } from '../language/diagnostic.ts'
import { key, Scope, type Context, type Key } from '../language/directive.ts'
import type { Statement } from '../language/statement.ts'
import type { Resource } from './config.ts'
import type { ListenSpec } from './listen.ts'
import type { Location, LocationName } from './location.ts'
import type { RewriteStep } from './rewrite.ts'
import type { ServerName } from './server-names.ts'
import { inForce, setting, type Setting } from './setting.ts'
import { VariableTable } from './variable.ts'

/** A block of `http` or inside it: it knows the whole configuration it belongs to. */
export class LevelScope extends Scope {
  readonly http: HttpScope

  constructor(context: Context, parent: Scope | undefined, statement: Statement | undefined, http?: HttpScope) {
    super(context, parent, statement)
    this.http = http ?? (this as unknown as HttpScope)
  }

  get variables(): VariableTable {
    return this.http.variableTable
  }

  override get<T>(name: Key<T>): T | undefined {
    this.http.reads?.add(name)
    return super.get(name)
  }

  override has(name: Key<unknown>): boolean {
    this.http.reads?.add(name)
    return super.has(name)
  }

  /** The value of a setting that holds here. */
  value<T>(key: Setting<T>): T {
    return inForce(this, key)
  }
}

/** The http block: everything that is shared by its servers. */
export class HttpScope extends LevelScope {
  readonly variableTable: VariableTable = new VariableTable()
  readonly servers: ServerScope[] = []
  /** What relative paths are relative to; ends with a slash. */
  readonly prefix: string
  /** The folder of the configuration file, for files named in it. */
  readonly folder: string
  /** Hears which settings are read while something is made of them; see common.ts. */
  reads: Set<Key<unknown>> | undefined
  readonly #shared = new Map<unknown, unknown>()
  readonly #finishers: ((report: Report) => void)[] = []

  constructor(parent: Scope, statement: Statement, prefix: string, folder: string) {
    super('http', parent, statement)
    this.prefix = prefix
    this.folder = folder
  }

  /** State that one module keeps for the whole configuration, made when first asked for. */
  shared<T>(key: unknown, make: () => T): T {
    if (!this.#shared.has(key)) this.#shared.set(key, make())
    return this.#shared.get(key) as T
  }

  /** Runs when the whole tree has been read, before locations are frozen. */
  onFinish(finish: (report: Report) => void): void {
    this.#finishers.push(finish)
  }

  /** Runs what `onFinish` collected. */
  finish(report: Report): void {
    for (const finish of this.#finishers) finish(report)
  }
}

/** A `listen` of a server. */
export interface Listening {
  readonly spec: ListenSpec
  readonly isDefault: boolean
  readonly statement: Statement | undefined
}

/** A block that may hold locations and rewrite directives. */
export class RoutingScope extends LevelScope {
  readonly locations: LocationScope[] = []
  readonly steps: RewriteStep[] = []
}

/** A server block. */
export class ServerScope extends RoutingScope {
  readonly names: ServerName[] = []
  readonly listens: Listening[] = []
  /** What `$server_name` shows: the first name as written. */
  firstName = ''

  constructor(http: HttpScope, statement: Statement) {
    super('server', http, statement, http)
  }
}

/** A location block, or the nameless one of an `if` or a `limit_except` in a location. */
export class LocationScope extends RoutingScope {
  readonly name: LocationName
  readonly server: ServerScope
  /** The nameless location for methods which are not in the list. */
  limitExcept: { readonly methods: ReadonlySet<string>; readonly scope: LocationScope } | undefined

  constructor(outer: ServerScope | LocationScope, name: LocationName, context: Context, statement: Statement) {
    super(context, outer, statement, outer.http)
    outer.children.push(this)
    this.name = name
    this.server = outer instanceof ServerScope ? outer : outer.server
  }
}

/** The list of things to open, reopen and close with the configuration, in `HttpScope.shared`. */
export const resourcesKey: unique symbol = Symbol('resources')

/** Adds something that lives as long as the configuration is in use. */
export function addResource(http: HttpScope, resource: Resource): void {
  http.shared<Resource[]>(resourcesKey, () => []).push(resource)
}

/** Set by `*_pass`: a location whose prefix ends in a slash also answers the prefix without it, by a redirect. */
export const autoRedirectSetting: Setting<boolean> = setting('auto redirect', false, 'own')

/** The frozen location of an `if`, for the step that enters it. */
export const frozenKey: Key<Location> = key('frozen location')
