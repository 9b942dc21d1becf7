/** After a 101 bytes go both ways as they come, each side paused while the other is slow, until one of them ends. */
import type { Socket } from 'node:net'
import type { Activity } from '../http/activity.ts'
import type { Forwarding } from './forwarding.ts'

class Tunnel implements Activity {
  readonly #forwarding: Forwarding
  readonly #upstream: Socket
  #isOver = false

  constructor(forwarding: Forwarding, upstream: Socket) {
    this.#forwarding = forwarding
    this.#upstream = upstream
  }

  start(): void {
    const { request } = this.#forwarding
    const { connection } = request
    request.activity = this
    connection.flush()
    const rest = connection.tunnel((chunk) => this.#toUpstream(chunk))
    if (rest.length > 0) this.#toUpstream(rest)
    this.#upstream.on('data', (chunk: Buffer) => this.#toClient(chunk))
    this.#upstream.on('drain', () => connection.resume())
    this.#upstream.on('end', () => this.#end())
    this.#upstream.on('close', () => this.#end())
    this.#upstream.on('error', () => this.#end())
    this.#upstream.resume()
    this.#wait()
  }

  #wait(): void {
    this.#forwarding.request.connection.expectWithin(this.#forwarding.route.settings.readTimeout)
  }

  #toUpstream(chunk: Buffer): void {
    this.#wait()
    const { state, request } = this.#forwarding
    if (state !== undefined) state.bytesSent += chunk.length
    if (!this.#upstream.write(chunk)) request.connection.pause()
  }

  #toClient(chunk: Buffer): void {
    this.#wait()
    const { state, request } = this.#forwarding
    if (state !== undefined) {
      state.bytesReceived += chunk.length
      state.bodyLength += chunk.length
    }
    request.bodyBytesSent += chunk.length
    request.sendRaw(chunk)
    if (!request.connection.hasRoom) this.#upstream.pause()
  }

  onDrain(): void {
    this.#upstream.resume()
  }

  onAbort(): void {
    this.#end()
  }

  onFinish(): void {
    this.#upstream.destroySoon()
    this.#forwarding.tunnelEnded()
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#forwarding.request.connection.finish(this.#forwarding.request)
  }
}

/** Joins the client's connection and the upstream's. */
export function startTunnel(forwarding: Forwarding, upstream: Socket): void {
  new Tunnel(forwarding, upstream).start()
}
