/** A configuration on its way into processes: read, compiled, its paths made absolute. */
import { resolve } from 'node:path'
import { loadConfig } from '../language/load.ts'
import type { LoadedConfig } from '../language/load.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { pack, unpack, type Packed } from '../language/packed.ts'
import type { ProxyConfig } from '../model/config.ts'
import type { ErrorLogTarget } from './error-log.ts'
import type { Layout } from './layout.ts'

/** Everything a start or a reload needs to know. */
export interface Plan {
  readonly loaded: LoadedConfig
  readonly config: ProxyConfig
  readonly pid: string
  readonly errorLogs: readonly ErrorLogTarget[]
}

/** Where the text of a configuration comes from besides its file. */
export interface TextOptions {
  readonly globals?: string | undefined
  /** The main file's text, instead of the file's content. */
  readonly text?: string | undefined
}

/** Reads the files; what is wrong with their syntax is in `diagnostics`. */
export function readConfig(layout: Layout, { globals, text }: TextOptions): LoadedConfig {
  return loadConfig(layout.file, {
    prefix: layout.prefix,
    ...(globals !== undefined && { globals: bytes(globals) }),
    ...(text !== undefined && { text: bytes(text) }),
  })
}

/** Compiles what was read. Throws ConfigError with everything that is wrong. */
export async function plan(layout: Layout, loaded: LoadedConfig): Promise<Plan> {
  const { compileConfig } = await import('../model/compile.ts')
  const config = compileConfig(loaded, { prefix: layout.prefix })
  return {
    loaded,
    config,
    pid: resolve(layout.prefix, config.main.pid ?? layout.pid),
    errorLogs: errorLogTargets(layout, config),
  }
}

/** The main level's logs with absolute paths; without any the one of the command line. */
export function errorLogTargets(layout: Layout, { main }: ProxyConfig): ErrorLogTarget[] {
  if (main.errorLogs.length === 0) return [{ file: layout.errorLog, level: 'error' }]
  return main.errorLogs.map((log) => ({
    ...log,
    file: log.file === undefined ? undefined : resolve(layout.prefix, log.file),
  }))
}

/** What a worker is told: the statements themselves, so that it sees what the master saw. */
export interface WorkerPayload {
  readonly file: string
  readonly statements: Packed
  readonly layout: Layout
  readonly shutdownTimeout: number
}

/** Makes the message for the workers. */
export function workerPayload(layout: Layout, { loaded, config }: Plan): WorkerPayload {
  const { file, statements } = loaded
  return { file, statements: pack(statements), layout, shutdownTimeout: config.main.shutdownTimeout }
}

/** The master's reading, in a worker. */
export function loadedFrom({ file, statements }: WorkerPayload): LoadedConfig {
  return { file, statements: unpack(statements), sources: new Map(), includes: new Map(), diagnostics: noDiagnostics }
}

const noDiagnostics: readonly Diagnostic[] = []

function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
