import type { Address } from '@trivet/prefork'
import type { Place } from './diagnostic.ts'

/** Protocol of a front. */
export type FrontProtocol = 'http' | 'uwsgi'

/** One socket to serve on. */
export interface Front {
  readonly protocol: FrontProtocol
  readonly address: Address
  /** The option that asked for it. */
  readonly option: string
  readonly place: Place | undefined
}

/** What an export is; `auto` decides by its shape. */
export type ApplicationInterface = 'auto' | 'tsgi' | 'fetch' | 'node'

/** Which application to load. */
export interface ApplicationReference {
  /** A file or a package. */
  readonly module: string
  readonly export: string | undefined
  readonly interface: ApplicationInterface
}

/** Bounds on what a peer may send; a bound of `undefined` is none. */
export interface Limits {
  /** Bytes of a uwsgi packet's variables, or of an HTTP head. */
  readonly bufferSize: number
  readonly maxVars: number
  readonly maxBody: number | undefined
  /** Milliseconds. */
  readonly uwsgiTimeout: number
  /** Milliseconds. */
  readonly httpTimeout: number
}

/** What is logged, and where. */
export interface LogSettings {
  /** Absolute; undefined is standard output. */
  readonly file: string | undefined
  readonly requests: boolean
  /** uWSGI's `log-format`; undefined is its default line. */
  readonly format: string | undefined
}

/** A configuration with nothing left open: what running code sees, whatever it was written in. */
export interface ContainerConfig {
  readonly application: ApplicationReference
  /** Where the application was named. */
  readonly applicationPlace: Place | undefined
  readonly fronts: readonly Front[]
  readonly processes: number
  /** Absolute. */
  readonly directory: string
  /** Added to the workers' environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly backlog: number
  readonly socketMode: number | undefined
  readonly socketOwner: { readonly uid: number; readonly gid: number | undefined } | undefined
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly limits: Limits
  /** Milliseconds that requests in flight get on reload and stop. */
  readonly mercy: number
  readonly log: LogSettings
  /** Absolute. */
  readonly pidFile: string | undefined
  /** Absolute. */
  readonly touchReload: readonly string[]
  readonly vacuum: boolean
}
