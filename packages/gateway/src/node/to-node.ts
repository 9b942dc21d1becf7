/** An application as a listener of node:http's 'request' event; Node does the framing, keep-alive and 100-continue. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Application } from '../contract.ts'
import { run } from '../server/run.ts'
import type { RunOptions } from '../server/sink.ts'
import { environOf } from './environ.ts'
import { type Connection, NodeSink } from './node-sink.ts'

/** Options of `toNode`. */
export interface ToNodeOptions extends Partial<RunOptions> {
  /** Pairs that every environ gets. */
  readonly environ?: Readonly<Record<string, unknown>>
}

/** A request listener out of an application: `createServer(toNode(application))`. Upgrades are not served. */
export function toNode(
  application: Application,
  options: ToNodeOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => answer(application, options, request, response)
}

/** Answers one request; with a connection, the application may take it over. */
export function answer(
  application: Application,
  { environ: pairs, onError }: ToNodeOptions,
  request: IncomingMessage,
  response: ServerResponse,
  connection?: Connection,
): void {
  const sink = new NodeSink(response, connection)
  response.on('close', () => {
    if (!response.writableFinished) sink.disconnect.abort()
  })
  const environ = environOf(request, sink.disconnect)
  if (connection !== undefined) environ['tsgi.protocol'] = offers(request.headers.upgrade ?? '')
  if (pairs !== undefined) Object.assign(environ, pairs)
  void run(application, environ, sink, onError === undefined ? undefined : { onError })
}

function offers(upgrade: string): readonly string[] {
  return upgrade.split(',').map((name) => name.trim().toLowerCase())
}
