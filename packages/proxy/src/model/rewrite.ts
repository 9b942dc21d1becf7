/** A directive of the rewrite phase, compiled: `set`, `rewrite`, `if`, `break`, `return`. */
import type { Request } from '../http/request.ts'

/** Go on with the next step. */
export const next = 0
/** Leave the rewrite phase of this level. */
export const stop = -1

/** Returns `next`, `stop`, or the status which ends the request (its text or URL is in the request already). */
export type RewriteStep = (request: Request) => number

/** Runs steps in order until one says otherwise. */
export function runSteps(steps: readonly RewriteStep[], request: Request): number {
  for (const step of steps) {
    const result = step(request)
    if (result !== next) return result
  }
  return next
}
