/** How this package starts a Node process of its own. */
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'

/** Megabytes for what is new: most of a request is garbage when it ends, and a larger nursery is only touched memory. */
const youngGeneration = '--max-semi-space-size=4'

/** The arguments that run a module of this package, given by its path in `src` without an extension. */
export function nodeArguments(module: string, execArgv: readonly string[]): readonly string[] {
  const file = `../${module}${import.meta.filename.endsWith('.ts') ? '.ts' : '.js'}`
  return [youngGeneration, ...execArgv, ...sourceCondition(execArgv), new URL(file, import.meta.url).pathname]
}

/** Workers share the master's cache of compiled code, where it has one. */
export function compileCache(): Readonly<Record<string, string>> {
  const folder = getCompileCacheDir()
  // Node adds a folder for its own version to the one it was given.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}

/** In a checkout the workspace's packages are imported as source. */
function sourceCondition(execArgv: readonly string[]): readonly string[] {
  return import.meta.filename.endsWith('.ts') && !execArgv.includes('--conditions=@trivet/source')
    ? ['--conditions=@trivet/source']
    : []
}
