/** A compiled configuration: what the running proxy reads. Nothing in it is text of a directive any more. */
import type { ErrorLog, Owner } from '../process/error-log.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import type { MainSettings } from '../modules/main/settings.ts'
import type { ServerSettings } from './core-settings.ts'
import type { ListenSpec } from './listen.ts'
import type { Location, LocationTree } from './location.ts'
import type { RewriteStep } from './rewrite.ts'
import type { ServerNames } from './server-names.ts'

/** A server, frozen. */
export interface Server {
  /** What `$server_name` shows. */
  readonly name: string
  readonly settings: ServerSettings
  readonly rewrite: readonly RewriteStep[]
  /** What applies where no location does. */
  readonly root: Location
  readonly tree: LocationTree
  readonly named: ReadonlyMap<string, Location>
}

/** A socket to listen on, and the servers its connections can mean. */
export interface Listener {
  readonly spec: ListenSpec
  /** By the local address of a connection, when some servers listen on one address of a wildcard socket. */
  readonly byAddress: ReadonlyMap<string, ServerNames<Server>>
  readonly names: ServerNames<Server>
}

/** Something of the configuration that lives while it is in use: logs, pools of connections. */
export interface Resource {
  /** Called in a master whose workers run as somebody else, before they open and reopen: makes what they may not make. */
  readonly provide?: (owner: Owner) => void
  /** Called before the first request, which waits for it. */
  readonly open?: (errors: ErrorLog) => Promise<void> | void
  /** Called when log files were moved away. */
  readonly reopen?: () => void
  /** Called when no request uses the configuration any more. */
  readonly close?: () => void
}

/** The http block, compiled. */
export interface HttpConfig {
  readonly listeners: readonly Listener[]
  /** How many variables each request must have room for. */
  readonly slots: number
  readonly resources: readonly Resource[]
}

/** A whole configuration. */
export interface ProxyConfig {
  readonly main: MainSettings
  readonly warnings: readonly Diagnostic[]
  readonly listens: readonly ListenSpec[]
  readonly http: HttpConfig | undefined
}
