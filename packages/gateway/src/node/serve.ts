/**
 * The reference server, for development and for reading: what wsgiref is for WSGI. It listens with node:http, checks the
 * application by the lint, and says on standard error what it answered. In production run applications in worker
 * processes, by a server made for it.
 */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Application, Environ } from '../contract.ts'
import { lint } from '../lint/lint.ts'
import { http } from '../node-http.ts'
import { answer, type ToNodeOptions } from './to-node.ts'

/** The Server header. */
const name = 'tsgi-reference'

/** Options of `serve`. */
export interface ServeOptions extends ToNodeOptions {
  /** Default `127.0.0.1`: nobody but this machine. */
  readonly host?: string
  /** Default 8080; 0 takes any that is free. */
  readonly port?: number
  /** Whether both sides of the contract are checked; default true. */
  readonly lint?: boolean
  /** Takes a line for the start and for each answer; default: standard error. */
  readonly log?: (line: string) => void
}

/** A server that listens. */
export interface ReferenceServer {
  /** `http://127.0.0.1:8080` */
  readonly origin: string
  readonly port: number
  /** Refuses new connections, waits for running answers, and calls the application's `stop`. */
  close(): Promise<void>
}

/** Serves an application over HTTP/1.1: calls its `start`, listens, and tells where. Rejects when it cannot listen. */
export async function serve(application: Application, options: ServeOptions = {}): Promise<ReferenceServer> {
  const { host = '127.0.0.1', port = 8080, log = (line) => console.error(line) } = options
  const logged = withLog(options.lint === false ? application : lint(application), log)
  const upgraded = new Set<Duplex>()

  const server = http.createServer({ shouldUpgradeCallback: isBodiless }, (request, response) => {
    answer(logged, options, request, response.setHeader('Server', name))
  })
  // A request that offers another protocol brings its connection along; an ordinary answer to it closes that.
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket.once('close', () => upgraded.delete(socket)))
    const response = new http.ServerResponse(request).setHeader('Server', name)
    response.shouldKeepAlive = false
    response.assignSocket(socket as Socket)
    response.once('finish', () => socket.end())
    answer(logged, options, request, response, { socket, head })
  })

  await application.start?.()
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
  log(`serving on ${origin}`)
  return {
    origin,
    port: address.port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of upgraded) socket.destroy()
      await closed
      await application.stop?.()
    },
  }
}

function isBodiless({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
}

function withLog(application: Application, log: (line: string) => void): Application {
  return (environ, startResponse) => {
    const { REQUEST_METHOD: method, REQUEST_URI: target } = environ
    const finished = (_environ: Environ, status = 'no answer', _headers?: unknown, error?: Error): void =>
      log(`${method} ${target} ${status}${error === undefined ? '' : ` (${error.message})`}`)
    environ['tsgi.response_finished'] = [...(environ['tsgi.response_finished'] ?? []), finished]
    return application(environ, startResponse)
  }
}
