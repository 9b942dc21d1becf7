import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Bytes, HeaderList } from '../contract.ts'
import { Disconnect } from '../server/disconnect.ts'
import type { ResponseSink } from '../server/sink.ts'

/** A connection whose client offers an upgrade, and what it sent behind the request's head. */
export interface Connection {
  readonly socket: Duplex
  readonly head: Bytes
}

/** Where a response goes: a ServerResponse of node:http, which frames it. */
export class NodeSink implements ResponseSink {
  readonly disconnect: Disconnect = new Disconnect()
  private readonly response: ServerResponse
  /** Present where the connection can be handed over. */
  readonly upgrade?: (status: string, headers: HeaderList, protocol: string) => Duplex
  private sent = false

  constructor(response: ServerResponse, connection?: Connection) {
    this.response = response
    if (connection !== undefined) {
      this.upgrade = (status, headers, protocol) => handOver(response, connection, status, headers, protocol)
    }
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

  /** What was written goes out before the connection breaks; a response in a pipeline's queue has none yet. */
  abort(): void {
    const { response } = this
    if (response.socket === null) return void response.destroy()
    // Node holds the chunks of one turn together.
    while (response.writableCorked > 0) response.uncork()
    response.socket.destroySoon()
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

function handOver(
  response: ServerResponse,
  { socket, head }: Connection,
  status: string,
  headers: HeaderList,
  protocol: string,
): Duplex {
  if (response.socket !== null) response.detachSocket(response.socket)
  const own: HeaderList = [
    ['Connection', 'Upgrade'],
    ['Upgrade', protocol],
  ]
  const lines = [...own, ...headers].map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`, 'latin1')
  if (head.length > 0) socket.unshift(head)
  return socket
}
