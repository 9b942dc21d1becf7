/** What stands between the fronts and the application, in every worker: static files, mounts, added headers. Plain JSON. */
import type { ApplicationReference } from '../config/model/application.ts'

/** `static-map` and its relatives: where files for a path come from. */
export interface StaticMap {
  /** Without a slash at the end; empty for every path. */
  readonly prefix: string
  /** A folder or a file; absolute. */
  readonly target: string
  /** Whether the prefix is part of the file's path too: `static-map2`. */
  readonly whole: boolean
}

/** A rule for the Expires header. */
export interface ExpiresRule {
  /** A regular expression; for `type` the type itself. */
  readonly pattern: string
  readonly seconds: number
  /** What is compared. */
  readonly subject: 'file' | 'path-info' | 'uri' | 'type'
  /** What the seconds are added to. */
  readonly from: 'now' | 'modified'
}

/** Files served without the application. */
export interface StaticSettings {
  readonly maps: readonly StaticMap[]
  readonly index: readonly string[]
  /** Endings that are never looked for, such as `.php`. */
  readonly skip: readonly string[]
  /** Absolute; where links may lead. */
  readonly safe: readonly string[]
  readonly expires: readonly ExpiresRule[]
  /** Which files may have a compressed form beside them; all when `gzipAll`. */
  readonly gzipAll: boolean
  /** Absolute prefixes of paths. */
  readonly gzipFolders: readonly string[]
  readonly gzipEndings: readonly string[]
  /** Regular expressions for the file's path. */
  readonly gzipPatterns: readonly string[]
}

/** An application below a path. */
export interface MountSettings {
  /** Without a slash at the end; empty for the root. */
  readonly prefix: string
  readonly application: ApplicationReference
}

/** What every worker puts before the application. */
export interface ServingSettings {
  readonly static: StaticSettings
  readonly mounts: readonly MountSettings[]
  /** Whether the container finds the mount by the path, or a proxy in front has set SCRIPT_NAME. */
  readonly manageScriptName: boolean
  /** Modules with middleware, `path[:export]`; the first is the outermost. */
  readonly middleware: readonly string[]
  /** Added to every response. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}
