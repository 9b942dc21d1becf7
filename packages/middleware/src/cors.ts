/** Cross-origin requests, as the Fetch standard's CORS protocol has them (section 3.3). */
import type { Environ, HeaderList, Middleware } from '@trivet/gateway'
import { withHeader, withVary } from './exchange/headers.ts'
import { MiddlewareError } from './middleware-error.ts'

/** Options of `cors`. */
export interface CorsOptions {
  /** Origins that may read: `*`, a list, or a judge. */
  readonly origins: '*' | readonly string[] | ((origin: string) => boolean)
  /** Default GET, HEAD, POST, PUT, PATCH, DELETE. */
  readonly methods?: readonly string[]
  /** Request headers allowed; default: those that the preflight asks for. */
  readonly headers?: readonly string[]
  /** Response headers that scripts may read; default none beyond the safelisted. */
  readonly exposed?: readonly string[]
  /** Cookies and HTTP authentication; not with `*`. Default false. */
  readonly credentials?: boolean
  /** How long a preflight holds, in seconds; default: the browser's own 5. */
  readonly maxAge?: number
}

/** Answers preflights with 204 and tells browsers which origins may read a response; others get it without leave. */
export function cors(options: CorsOptions): Middleware {
  const { origins, credentials = false } = options
  if (origins === '*' && credentials) {
    throw new MiddlewareError('option-invalid', '`credentials` needs named `origins`, got `*`')
  }
  const allows =
    typeof origins === 'function' ? origins : (origin: string) => origins === '*' || origins.includes(origin)
  const any = origins === '*'
  return (application) => (environ, startResponse) => {
    const origin = environ['HTTP_ORIGIN']
    const leave = origin !== undefined && allows(origin) ? leaveFor(any ? '*' : origin, credentials) : []
    if (isPreflight(environ)) {
      const granted = leave.length === 0 ? [] : [...leave, ...preflightHeaders(environ, options)]
      startResponse('204 No Content', any ? granted : withVary(granted, 'Origin'))
      return []
    }
    const added: HeaderList = leave.length === 0 ? [] : [...leave, ...exposedHeaders(options)]
    return application(environ, (status, headers, excInfo) => {
      const own = added.reduce((list, [name, value]) => withHeader(list, name, value), headers)
      return startResponse(status, any ? own : withVary(own, 'Origin'), excInfo)
    })
  }
}

function isPreflight(environ: Environ): boolean {
  const asks = environ['HTTP_ORIGIN'] !== undefined && environ['HTTP_ACCESS_CONTROL_REQUEST_METHOD'] !== undefined
  return environ.REQUEST_METHOD === 'OPTIONS' && asks
}

function leaveFor(origin: string, credentials: boolean): HeaderList {
  const headers: HeaderList = [['Access-Control-Allow-Origin', origin]]
  if (credentials) headers.push(['Access-Control-Allow-Credentials', 'true'])
  return headers
}

function exposedHeaders({ exposed = [] }: CorsOptions): HeaderList {
  return exposed.length === 0 ? [] : [['Access-Control-Expose-Headers', exposed.join(', ')]]
}

function preflightHeaders(environ: Environ, options: CorsOptions): HeaderList {
  const { methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], headers, maxAge } = options
  const asked = environ['HTTP_ACCESS_CONTROL_REQUEST_HEADERS']
  const allowed = headers?.join(', ') ?? asked
  const list: HeaderList = [['Access-Control-Allow-Methods', methods.join(', ')]]
  if (allowed !== undefined && allowed !== '') list.push(['Access-Control-Allow-Headers', allowed])
  if (maxAge !== undefined) list.push(['Access-Control-Max-Age', String(maxAge)])
  return headers === undefined && asked !== undefined ? withVary(list, 'Access-Control-Request-Headers') : list
}
