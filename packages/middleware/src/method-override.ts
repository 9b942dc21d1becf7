import type { Middleware } from '@trivet/gateway'
import { changedEnviron } from './exchange/environ.ts'

/** Options of `methodOverride`. */
export interface MethodOverrideOptions {
  /** Methods a POST may become; default PUT, PATCH, DELETE. */
  readonly methods?: readonly string[]
  /** The query parameter that HTML forms use; default `_method`; false for the header alone. */
  readonly parameter?: string | false
}

/** A POST becomes what `X-HTTP-Method-Override` or the query parameter says, for clients that send GET and POST alone. */
export function methodOverride(options: MethodOverrideOptions = {}): Middleware {
  const { methods = ['PUT', 'PATCH', 'DELETE'], parameter = '_method' } = options
  return (application) => (environ, startResponse) => {
    if (environ.REQUEST_METHOD !== 'POST') return application(environ, startResponse)
    const fromQuery = (): string | null =>
      parameter === false ? null : new URLSearchParams(environ.QUERY_STRING).get(parameter)
    const method = (environ['HTTP_X_HTTP_METHOD_OVERRIDE'] ?? fromQuery() ?? '').toUpperCase()
    if (!methods.includes(method)) return application(environ, startResponse)
    return application(changedEnviron(environ, { REQUEST_METHOD: method }), startResponse)
  }
}
