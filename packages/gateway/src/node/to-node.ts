/** An application as a listener of node:http's 'request' event; Node does the framing, keep-alive and 100-continue. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { Application, Bytes, Environ, HeaderList } from '../contract.ts'
import { Disconnect } from '../server/disconnect.ts'
import { emptyInput } from '../server/empty-input.ts'
import { fileWrapper } from '../server/file-wrapper.ts'
import { headerKey } from '../server/header-key.ts'
import { pulledInput } from '../server/pulled-input.ts'
import { run } from '../server/run.ts'
import type { ResponseSink } from '../server/sink.ts'
import { decodePath } from '../server/target.ts'
import { textErrors } from '../server/text-errors.ts'

/** A request listener out of an application: `createServer(toNode(application))`. Upgrades are not served. */
export function toNode(application: Application): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const sink = new NodeSink(response)
    response.on('close', () => {
      if (!response.writableFinished) sink.disconnect.abort()
    })
    void run(application, environOf(request, sink.disconnect), sink)
  }
}

class NodeSink implements ResponseSink {
  readonly disconnect: Disconnect = new Disconnect()
  private readonly response: ServerResponse
  private sent = false

  constructor(response: ServerResponse) {
    this.response = response
  }

  start(status: string, headers: HeaderList): void {
    this.response.writeHead(Number(status.slice(0, 3)), status.slice(4), headers.flat())
  }

  write(chunk: Bytes): void | Promise<void> {
    this.sent = true
    if (this.response.write(chunk) || this.response.destroyed) return undefined
    return this.drained()
  }

  /** Node sends what is written; only a head without a chunk has to be pushed. */
  flush(): void {
    if (!this.sent) this.response.flushHeaders()
    this.sent = true
  }

  end(trailers?: HeaderList): void {
    if (trailers !== undefined) this.response.addTrailers(trailers)
    this.response.end()
  }

  /** Without the error: the engine has told it, and a response with an 'error' nobody hears would end the process. */
  abort(): void {
    this.response.destroy()
  }

  inform(_status: string, headers: HeaderList): void {
    const hints: Record<string, string[]> = {}
    for (const [name, value] of headers) (hints[name.toLowerCase()] ??= []).push(value)
    this.response.writeEarlyHints(hints)
  }

  private async drained(): Promise<void> {
    const stop = new AbortController()
    const ends = [once(this.response, 'drain', stop), once(this.response, 'close', stop)]
    await Promise.race(ends).catch(() => {})
    stop.abort()
    await Promise.allSettled(ends)
  }
}

const errors = textErrors()

function environOf(request: IncomingMessage, disconnect: Disconnect): Environ {
  const { socket, headers } = request
  const target = request.url ?? '/'
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const secure = 'encrypted' in socket
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  const environ: Environ = {
    REQUEST_METHOD: request.method ?? 'GET',
    SCRIPT_NAME: '',
    PATH_INFO: decodePath(path),
    QUERY_STRING: mark === -1 ? '' : target.slice(mark + 1),
    SERVER_NAME: socket.localAddress ?? 'localhost',
    SERVER_PORT: String(socket.localPort ?? (secure ? 443 : 80)),
    SERVER_PROTOCOL: `HTTP/${request.httpVersion}`,
    REQUEST_URI: target,
    REMOTE_ADDR: socket.remoteAddress ?? '',
    REMOTE_PORT: String(socket.remotePort ?? ''),
    'tsgi.version': [1, 0],
    'tsgi.url_scheme': secure ? 'https' : 'http',
    'tsgi.input': hasBody ? pulledInput(request) : emptyInput,
    'tsgi.errors': errors,
    'tsgi.multithread': false,
    'tsgi.multiprocess': false,
    'tsgi.run_once': false,
    'tsgi.signal': disconnect.signal,
    'tsgi.file_wrapper': fileWrapper,
  }
  if (secure) environ.HTTPS = 'on'
  if (headers['te']?.includes('trailers')) environ['tsgi.trailers'] = true
  addHeaders(environ, request.rawHeaders)
  return environ
}

/** Repeated fields are joined as RFC 9110 section 5.3 allows, cookies as RFC 9113 section 8.2.3 does. */
function addHeaders(environ: Environ, raw: readonly string[]): void {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const key = headerKey(raw[i] ?? '')
    const value = raw[i + 1] ?? ''
    const before = environ[key]
    environ[key] = before === undefined ? value : `${before}${key === 'HTTP_COOKIE' ? '; ' : ', '}${value}`
  }
  // Many programs take HTTP_PROXY for their own setting (CVE-2016-5385); and the chunked coding is undone already.
  if (environ['HTTP_PROXY'] !== undefined) delete environ['HTTP_PROXY']
  if (environ['HTTP_TRANSFER_ENCODING'] !== undefined) delete environ['HTTP_TRANSFER_ENCODING']
}
