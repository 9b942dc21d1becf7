/**
 * What a connection that is debugged (`debug_connection`, or an error log of level debug) says of its requests, in nginx's words
 * where nginx has some: the head, where routing brought it, who was asked, what was answered.
 */
import type { Request } from './request.ts'

/** A head has been read. */
export function debugHead(request: Request): void {
  const { headers, line, server, uri, args } = request
  request.log('debug', `http request line: "${line}"`)
  for (let i = 0; i < headers.size; i++) request.log('debug', `http header: "${headers.name(i)}: ${headers.value(i)}"`)
  request.log('debug', `http server: "${server.name}"`)
  request.log('debug', `http uri: "${uri}"`)
  request.log('debug', `http args: "${args}"`)
}

/** Its location has been found. */
export function debugLocation(request: Request): void {
  const { name } = request.location
  request.log('debug', `using configuration "${name.kind === 'exact' ? '=' : ''}${name.text}" for "${request.uri}"`)
}

/** The head of its answer goes out. */
export function debugAnswer(request: Request, head: string): void {
  for (const line of head.trimEnd().split('\r\n')) request.log('debug', `http response: "${line}"`)
}

/** It is over. */
export function debugEnd(request: Request): void {
  const { bytesSent, connection, keepAlive } = request
  request.log(
    'debug',
    `http request done: ${request.status}, ${bytesSent} bytes sent, ${keepAlive ? 'keepalive' : 'close'}`,
  )
  if (connection.isClosed) request.log('debug', 'client has gone')
}
