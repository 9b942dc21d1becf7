/** What the engine itself has to know about a location and a server; frozen, read by plain property access. */
import type { ErrorLog } from '../process/error-log.ts'
import type { SymlinkRule } from '../http/symlinks.ts'
import type { Value } from './value.ts'

/** A number of buffers of one size. */
export interface Buffers {
  readonly count: number
  readonly size: number
}

/** One `error_page` for one status. */
export interface ErrorPage {
  readonly status: number
  /** The status to answer with; -1 keeps the original one, 0 (`=`) takes that of the page. */
  readonly overwrite: number
  readonly target: Value
  readonly args: string
}

/** Settings of a location. */
export interface CoreSettings {
  readonly root: Value
  readonly alias: boolean
  /** The prefix that `alias` replaces; undefined when it replaces the whole URI (in a regex location). */
  readonly aliasPrefix: string | undefined
  /** Which links in the paths of files are refused. */
  readonly symlinks: SymlinkRule | undefined
  readonly types: ReadonlyMap<string, string>
  readonly defaultType: string
  readonly errorPages: readonly ErrorPage[]
  readonly recursiveErrorPages: boolean
  readonly internal: boolean
  /** Where a request of the proxy's own goes when an answer has been sent. */
  readonly postAction: string | undefined
  readonly satisfyAny: boolean
  /** Milliseconds before a 401 is sent. */
  readonly authDelay: number
  readonly clientMaxBodySize: number
  readonly clientBodyBufferSize: number
  readonly clientBodyTempPath: string
  readonly clientBodyTimeout: number
  readonly bodyInFileOnly: 'off' | 'on' | 'clean'
  readonly sendTimeout: number
  /** Bytes per second of an answer, and how many go before that. */
  readonly limitRate: Value | undefined
  readonly limitRateAfter: Value | undefined
  readonly keepaliveTimeout: number
  /** Seconds for the Keep-Alive header; 0 sends none. */
  readonly keepaliveHeader: number
  readonly keepaliveRequests: number
  readonly keepaliveTime: number
  /** Browsers whose connections are not kept: `msie6`, `safari`. */
  readonly keepaliveDisable: ReadonlySet<string>
  readonly lingeringClose: 'off' | 'on' | 'always'
  readonly lingeringTime: number
  readonly lingeringTimeout: number
  readonly serverHeader: string
  readonly pageTail: string
  /** `server_tokens` is not off. */
  readonly showsVersion: boolean
  readonly etag: boolean
  readonly ifModifiedSince: 'off' | 'exact' | 'before'
  readonly absoluteRedirect: boolean
  readonly portInRedirect: boolean
  readonly serverNameInRedirect: boolean
  readonly chunkedTransferEncoding: boolean
  /** 103 of upstreams are passed on when one of these is neither empty nor `0`. */
  readonly earlyHints: readonly Value[]
  readonly logNotFound: boolean
  readonly maxRanges: number
  readonly logsSubrequests: boolean
  /** The log of this place; undefined is the main one. */
  readonly errorLog: ErrorLog | undefined
}

/** Settings of a server. */
export interface ServerSettings {
  readonly clientHeaderTimeout: number
  readonly clientHeaderBufferSize: number
  readonly largeClientHeaderBuffers: Buffers
  readonly ignoreInvalidHeaders: boolean
  readonly underscoresInHeaders: boolean
  readonly mergeSlashes: boolean
  readonly maxHeaders: number
}
