/** An exchange that records what happens to it, and a raw server that answers by script. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { requestHead, type HeaderFields, type ResponseHead } from '@trivet/http1'
import type { Address, ClientConnection, ClientError, ClientPool, Exchange } from '@trivet/http1/client'

export class Recorder implements Exchange {
  readonly method: string
  readonly heads: ResponseHead[] = []
  readonly done: Promise<ClientError | undefined>
  body = ''
  trailers: HeaderFields | undefined
  drains = 0
  connection: ClientConnection | undefined
  readonly #resolve: (error: ClientError | undefined) => void
  readonly #target: string

  constructor(method = 'GET', target = '/') {
    const { promise, resolve } = Promise.withResolvers<ClientError | undefined>()
    this.done = promise
    this.#resolve = resolve
    this.method = method
    this.#target = target
  }

  on(pool: ClientPool): this {
    this.connection = pool.request(this)
    return this
  }

  get status(): number | undefined {
    return this.heads.at(-1)?.status
  }

  encode(_connection: ClientConnection): string {
    return requestHead(this.method, this.#target, [['Host', 'a']])
  }

  onHead(head: ResponseHead): void {
    this.heads.push(head)
  }

  onData(chunk: Uint8Array): void {
    this.body += Buffer.from(chunk).toString('latin1')
  }

  onDrain(): void {
    this.drains++
  }

  onEnd(trailers: HeaderFields | undefined): void {
    this.trailers = trailers
    this.#resolve(undefined)
  }

  onError(error: ClientError): void {
    this.#resolve(error)
  }
}

/** A TCP server that hands each connection to the test. */
export class Script implements AsyncDisposable {
  readonly sockets: Socket[] = []
  connections = 0
  readonly #server: Server

  private constructor(onConnection: (socket: Socket, index: number) => void) {
    this.#server = createServer((socket) => {
      this.sockets.push(socket)
      socket.on('error', () => {})
      onConnection(socket, this.connections++)
    })
  }

  static async start(onConnection: (socket: Socket, index: number) => void): Promise<Script> {
    const script = new Script(onConnection)
    await new Promise<void>((resolve) => script.#server.listen(0, '127.0.0.1', resolve))
    return script
  }

  /** Answers each read with `text`. */
  static answering(text: string): Promise<Script> {
    return Script.start((socket) => socket.on('data', () => socket.write(text, 'latin1')))
  }

  get address(): Address {
    const { address, port } = this.#server.address() as AddressInfo
    return { host: address, port }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
