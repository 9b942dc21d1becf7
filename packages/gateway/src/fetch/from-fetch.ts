/**
 * A WHATWG Fetch handler (Hono, h3, itty-router, a plain function) as an application. The request body streams in and
 * the response body streams out, each only as fast as it is taken; a vanished client aborts `request.signal` and cancels
 * the response's stream. Fetch has no mounting: the URL holds SCRIPT_NAME and PATH_INFO together.
 */
import type { Application, Awaitable, Body, Bytes, Environ, HeaderList, StartResponse } from '../contract.ts'
import { GatewayError } from '../gateway-error.ts'
import { http } from '../node-http.ts'
import { isHopByHop } from '../server/head.ts'
import { requestHeaders } from '../server/request-headers.ts'
import { requestOrigin, requestTarget } from '../server/target.ts'
import { GatewayRequest } from './gateway-request.ts'
import { responseBody } from './response-body.ts'

/** A function from Request to Response, as Hono's, h3's and Deno's are; gets the environ as its second argument. */
export type FetchHandler = (request: Request, environ: Environ) => Awaitable<Response>

/** An application out of a Fetch handler, or of an object with one as its `fetch`. */
export function fromFetch(handler: FetchHandler | { fetch: FetchHandler }): Application {
  const handle: FetchHandler =
    typeof handler === 'function' ? handler : (request, environ) => handler.fetch(request, environ)
  return (environ, startResponse) => {
    const request = requestOf(environ)
    if (request === undefined) return refuse(startResponse)
    const response = handle(request, environ)
    if (response instanceof Promise) return response.then((value) => answer(value, startResponse))
    return answer(response, startResponse)
  }
}

/** In a Host: `a/admin?` would put another path into the URL than the one that the server and middleware have seen. */
const noAuthority = /[\s/?#@\\]/

/** Undefined where Fetch cannot say it: a Host that is no authority, `OPTIONS *`, CONNECT, TRACE. */
function requestOf(environ: Environ): Request | undefined {
  const { REQUEST_METHOD: method, PATH_INFO: path } = environ
  const url = requestOrigin(environ) + requestTarget(environ)
  const isSayable = path !== '*' && !noAuthority.test(environ['HTTP_HOST'] ?? '') && URL.canParse(url)
  if (!isSayable || /^(?:CONNECT|TRACE|TRACK)$/i.test(method)) return undefined
  const body = method === 'GET' || method === 'HEAD' ? null : requestBody(environ)
  const headers = requestHeaders(environ)
  return new GatewayRequest(
    url,
    body === null ? { method, headers } : { method, headers, body, duplex: 'half' },
    environ,
  )
}

function requestBody(environ: Environ): Uint8Array<ArrayBuffer> | ReadableStream<Bytes> | null {
  const input = environ['tsgi.input']
  const { buffered } = input
  if (buffered !== undefined) return buffered.length === 0 ? null : (buffered as Uint8Array<ArrayBuffer>)
  if (environ.CONTENT_LENGTH === '0') return null
  const iterator = input[Symbol.asyncIterator]()
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        const step = await iterator.next()
        if (step.done === true) controller.close()
        else controller.enqueue(step.value)
      },
    },
    { highWaterMark: 0 },
  )
}

function answer(response: Response, startResponse: StartResponse): Awaitable<Body> {
  // Any realm's Response will do, so its class is not asked for.
  if (typeof response?.status !== 'number' || !('headers' in response)) {
    throw new GatewayError('body-kind', `a Fetch handler returns a Response, got a ${typeof response}`)
  }
  const { status, statusText } = response
  const reason = statusText === '' ? (http.STATUS_CODES[status] ?? 'Unknown') : statusText
  const headers: HeaderList = []
  for (const [name, value] of response.headers) {
    if (!isHopByHop(name)) headers.push([name, value])
  }
  startResponse(`${status} ${reason}`, headers)
  return response.body === null ? [] : responseBody(response.body)
}

function refuse(startResponse: StartResponse): Body {
  startResponse('400 Bad Request', [['Content-Type', 'text/plain']])
  return [Buffer.from('The request has no URL or method that a Fetch handler can be given.\n')]
}
