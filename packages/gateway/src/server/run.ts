/**
 * Runs an application for one request: PEP 3333's server side, less what depends on the wire (that is the sink's).
 * Nothing here is asynchronous unless the application or a slow client makes it so: an array body is checked, counted
 * and handed over before run() returns.
 */
import type { Application, Body, Environ, HeaderList } from '../contract.ts'
import { GatewayError } from '../gateway-error.ts'
import { isPromise } from './bytes.ts'
import { checkHeaders } from './head.ts'
import { AsyncPump, pumpIterable, runStreaming } from './pump.ts'
import { Reply } from './reply.ts'
import type { ResponseSink, RunOptions } from './sink.ts'

const defaults: RunOptions = {
  onError(error, environ) {
    environ['tsgi.errors'].write(`${error.stack ?? String(error)}\n`)
    environ['tsgi.errors'].flush()
  },
}

/**
 * Runs one request. Returns undefined when the response has ended already, else a promise that settles, and never
 * rejects, when it has ended or was aborted and the body is closed.
 */
export function run(
  application: Application,
  environ: Environ,
  sink: ResponseSink,
  options: RunOptions = defaults,
): void | Promise<void> {
  const reply = new Reply(environ, sink, options)
  if (sink.inform !== undefined) environ['tsgi.early_hints'] = sendEarlyHints.bind(undefined, reply)
  try {
    const body = application(environ, reply.startResponse)
    if (isPromise(body)) {
      body.then(
        (value) => reply.guard(() => send(reply, value)),
        (error: unknown) => reply.fail(error),
      )
    } else {
      send(reply, body)
    }
  } catch (error) {
    reply.fail(error)
  }
  return reply.pending()
}

function send(reply: Reply, body: Body): void {
  if (body === null || (typeof body !== 'object' && typeof body !== 'function')) throw kindError(body)
  if (!reply.accept(body)) return undefined
  if (Array.isArray(body)) {
    reply.deliverArray(body)
    return reply.complete()
  }
  if (typeof body === 'function') return runStreaming(reply, body)
  if (Symbol.iterator in body) return pumpIterable(reply, body[Symbol.iterator]())
  if (Symbol.asyncIterator in body) return new AsyncPump(reply, body[Symbol.asyncIterator]()).next()
  throw kindError(body)
}

function kindError(body: unknown): GatewayError {
  const got = typeof body === 'string' ? 'a string: encode it and put it in an array' : String(body)
  return new GatewayError('body-kind', `an application returns an iterable of Uint8Array, got ${got}`)
}

/** `tsgi.early_hints`, once bound to its reply. */
function sendEarlyHints(reply: Reply, headers: HeaderList): void {
  checkHeaders(headers)
  if (reply.phase === 'open' || reply.phase === 'set') reply.sink.inform?.('103 Early Hints', headers)
}
