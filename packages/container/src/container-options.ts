import type { ApplicationInterface } from './config/model/application.ts'

type Several = string | readonly string[]

/** What a program gives to `startContainer`: the options of the table by their names in camel case. */
export interface ContainerOptions {
  /** `path[:export]` */
  readonly module?: string
  readonly callable?: string
  readonly interface?: ApplicationInterface
  readonly chdir?: string
  readonly env?: Readonly<Record<string, string>>
  /** uwsgi fronts: `HOST:PORT`, `:PORT`, or a path. */
  readonly socket?: Several
  /** HTTP fronts. */
  readonly httpSocket?: Several
  readonly http?: Several
  readonly chmodSocket?: string
  readonly chownSocket?: string
  readonly listen?: number
  readonly processes?: number
  /** Seconds. */
  readonly workerReloadMercy?: number
  readonly touchReload?: Several
  readonly uid?: string | number
  readonly gid?: string | number
  readonly bufferSize?: number
  readonly maxVars?: number
  readonly limitPost?: number
  /** Seconds. */
  readonly socketTimeout?: number
  /** Seconds. */
  readonly httpTimeout?: number
  readonly logto?: string
  readonly disableLogging?: boolean
  readonly logFormat?: string
  readonly pidfile?: string
  readonly vacuum?: boolean
  readonly ini?: Several
  readonly strict?: boolean
}
