import type { Application, Bytes, Environ, Input } from '../contract.ts'
import { asError } from '../gateway-error.ts'
import { Disconnect } from '../server/disconnect.ts'
import { emptyInput } from '../server/empty-input.ts'
import { fileWrapper } from '../server/file-wrapper.ts'
import { headerKey } from '../server/header-key.ts'
import { InputQueue } from '../server/input-queue.ts'
import { pulledInput } from '../server/pulled-input.ts'
import { run } from '../server/run.ts'
import { decodePath } from '../server/target.ts'
import { textErrors } from '../server/text-errors.ts'
import { FetchSink } from './response-sink.ts'

/** What differs between the callers of `serveRequest`. */
export interface ServeRequestOptions {
  /** The body, when it is known whole. */
  readonly body?: Bytes | undefined
  /** Added to the environ. */
  readonly environ?: Partial<Environ> | undefined
  readonly onError?: ((error: Error, environ: Environ) => void) | undefined
}

const errors = textErrors()

/** Runs an application for a WHATWG Request; an error after the head breaks the response's stream. */
export function serveRequest(
  application: Application,
  request: Request,
  options: ServeRequestOptions = {},
): Promise<Response> {
  const disconnect = new Disconnect()
  const sink = new FetchSink(disconnect)
  const gone = (): void => {
    disconnect.abort(asError(request.signal.reason))
    sink.abort(asError(request.signal.reason))
  }
  if (request.signal.aborted) return Promise.reject(asError(request.signal.reason))
  request.signal.addEventListener('abort', gone, { once: true })
  const environ = environOf(request, disconnect, inputOf(request, options.body))
  if (options.environ !== undefined) Object.assign(environ, options.environ)
  const { onError } = options
  const running = onError === undefined ? run(application, environ, sink) : run(application, environ, sink, { onError })
  const done = (): void => request.signal.removeEventListener('abort', gone)
  if (running === undefined) done()
  else void running.then(done)
  return sink.response
}

function inputOf(request: Request, body: Bytes | undefined): Input {
  if (body === undefined) return request.body === null ? emptyInput : pulledInput(request.body)
  const queue = new InputQueue({ pause() {}, resume() {} })
  queue.push(body)
  queue.end()
  return queue
}

function environOf(request: Request, disconnect: Disconnect, input: Input): Environ {
  const url = new URL(request.url)
  const secure = url.protocol === 'https:'
  const environ: Environ = {
    REQUEST_METHOD: request.method,
    SCRIPT_NAME: '',
    PATH_INFO: decodePath(url.pathname),
    QUERY_STRING: url.search.slice(1),
    SERVER_NAME: url.hostname === '' ? 'localhost' : url.hostname,
    SERVER_PORT: url.port === '' ? (secure ? '443' : '80') : url.port,
    SERVER_PROTOCOL: 'HTTP/1.1',
    REQUEST_URI: url.pathname + url.search,
    HTTP_HOST: url.host,
    'tsgi.version': [1, 0],
    'tsgi.url_scheme': secure ? 'https' : 'http',
    'tsgi.input': input,
    'tsgi.errors': errors,
    'tsgi.multithread': false,
    'tsgi.multiprocess': false,
    'tsgi.run_once': false,
    'tsgi.signal': disconnect.signal,
    'tsgi.file_wrapper': fileWrapper,
  }
  if (secure) environ.HTTPS = 'on'
  // As fronts do: `x_foo` would have the key of `x-foo`.
  for (const [name, value] of request.headers) if (!name.includes('_')) environ[headerKey(name)] = value
  // Many programs take it for a setting of their own (CVE-2016-5385).
  if (environ['HTTP_PROXY'] !== undefined) delete environ['HTTP_PROXY']
  return environ
}
