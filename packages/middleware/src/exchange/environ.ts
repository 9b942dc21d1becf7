import type { Environ } from '@trivet/gateway'

/**
 * A changed environ for the inside, so that the outside (an access log, say) still sees the request as it came. The list
 * of `tsgi.response_finished` stays shared: the server reads it from its own environ after the response.
 */
export function changedEnviron(environ: Environ, changes: Partial<Environ>): Environ {
  environ['tsgi.response_finished'] ??= []
  return { ...environ, ...changes }
}
