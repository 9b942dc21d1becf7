import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import { Server } from 'node:net'
import type { Application } from '../contract.ts'
import { asError } from '../gateway-error.ts'
import { incomingMessage } from './incoming.ts'
import { Answer } from './outgoing.ts'
import { GatewaySocket } from './socket.ts'
import { emitUpgrade, wantsUpgrade } from './upgrade.ts'

/** A listener of node:http's 'request' event: an Express app, Koa's callback(), Connect, or a plain function. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => unknown

/**
 * An application out of a Node request listener, of an object with one as its `handle` (an Express router), or of an
 * http.Server that does not listen: its `upgrade` listeners (`ws`) then get the upgrades that clients offer. The pair
 * it is called with are Node's own IncomingMessage and ServerResponse; a listener that never ends its response leaves
 * the request open, as under node:http.
 */
export function fromNode(listener: NodeListener | { handle: NodeListener } | HttpServer): Application {
  // By the class under them all: an https.Server is no http.Server.
  if (listener instanceof Server) return fromServer(listener)
  const handle: NodeListener =
    typeof listener === 'function' ? listener : (request, response) => listener.handle(request, response)
  return (environ, startResponse) => {
    const socket = new GatewaySocket(environ)
    const request = incomingMessage(environ, socket)
    const answer = new Answer(environ, startResponse, request, socket)
    socket.owner = answer
    const returned = handle(request, answer.response)
    if (returned instanceof Promise) returned.catch((error: unknown) => answer.fail(asError(error)))
    const body = answer.body()
    if (body instanceof Promise) watch(environ['tsgi.signal'], request, answer, body)
    return body
  }
}

function fromServer(server: HttpServer): Application {
  const requests = fromNode((request, response) => server.emit('request', request, response))
  return (environ, startResponse) => {
    if (wantsUpgrade(server, environ)) return emitUpgrade(server, environ, startResponse)
    return requests(environ, startResponse)
  }
}

/** A vanished client: 'aborted' and 'close' on the request, 'close' on the response. */
function watch(signal: AbortSignal, request: IncomingMessage, answer: Answer, body: Promise<unknown>): void {
  const gone = (): void => {
    answer.fail(asError(signal.reason))
    if (!request.complete) request.destroy(reset())
  }
  const done = (): void => signal.removeEventListener('abort', gone)
  if (signal.aborted) gone()
  else signal.addEventListener('abort', gone, { once: true })
  body.then(done, done)
}

/** As node:http tells it. */
function reset(): Error {
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
}
