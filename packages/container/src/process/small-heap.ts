import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** A smaller nursery and earlier collections; the last lets new contexts have V8's `gc`. */
const flags: readonly string[] = ['--optimize-for-size', '--semi-space-growth-factor=1', '--expose-gc']

/**
 * Keeps this process small at the price of speed that a master has no use for: it is idle but for reloads, and what one
 * leaves behind would else stay as 20 to 30 MB. Its workers are not concerned.
 */
export function keepHeapSmall(): void {
  for (const flag of flags) setFlagsFromString(flag)
}

let collect: (() => void) | undefined

/**
 * Collects at once what a reload has left, some 20 ms of a process that nobody waits for: V8 waits for more of it, which
 * over many reloads is 10 MB. Does nothing unless `keepHeapSmall` was called.
 */
export function collectGarbage(): void {
  collect ??= runInNewContext('globalThis.gc ?? (() => {})') as () => void
  collect()
}
