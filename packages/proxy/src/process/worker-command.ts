/** How a worker is started: the same Node, the same way of finding modules, the environment that `env` allows. */
import { getCompileCacheDir } from 'node:module'
import { dirname, extname } from 'node:path'

/** Megabytes for what is new: most of a request is garbage when it ends, and a larger nursery is only touched memory. */
const youngGeneration = '--max-semi-space-size=4'

/**
 * A pattern of the configuration that goes back and forth over what a client sent would hold the worker for minutes. Beyond
 * 50,000 steps back V8 goes on with an engine whose time grows with the text alone, where the pattern has no references
 * and no lookaround; to others it costs nothing. PCRE gives up after a number of steps.
 */
const boundedPatterns = '--enable-experimental-regexp-engine-on-excessive-backtracks'

/** The program of the workers. */
export function workerCommand(): { readonly command: string; readonly args: readonly string[] } {
  const extension = extname(import.meta.filename)
  const entry = new URL(`./worker${extension}`, import.meta.url).pathname
  // From a checkout the workspace packages are their sources; `spawn` does not hand the condition on.
  const conditions = extension === '.ts' ? ['--conditions=@trivet/source'] : []
  return {
    command: process.execPath,
    args: [...conditions, youngGeneration, boundedPatterns, decodeURIComponent(entry)],
  }
}

/** What workers keep of the master's environment in any case: the time zone, Node's own, where temporary files go. */
const kept = /^(?:TZ|TMPDIR|NODE_.*)$/

/** The environment of the workers, by the `env` directives: all else is dropped, as nginx does. */
export function workerEnvironment(directives: readonly string[]): Record<string, string | undefined> {
  const result: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(process.env)) if (kept.test(name)) result[name] = value
  const cache = getCompileCacheDir()
  // Node adds a folder for its own version to the one it was given.
  if (cache !== undefined) result['NODE_COMPILE_CACHE'] = dirname(cache)
  for (const directive of directives) {
    const at = directive.indexOf('=')
    if (at === -1) result[directive] = process.env[directive]
    else result[directive.slice(0, at)] = directive.slice(at + 1)
  }
  return result
}
