/** A wire tap: passes bytes on between two unix sockets and counts the connections it was asked for. */
import { once } from 'node:events'
import { type Server, type Socket, connect, createServer } from 'node:net'

/** Listens on `path`, forwards to `target`. */
export class Relay implements AsyncDisposable {
  connections = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  static async start(path: string, target: string): Promise<Relay> {
    const relay = new Relay(target)
    relay.#server.listen(path)
    await once(relay.#server, 'listening')
    return relay
  }

  private constructor(target: string) {
    this.#server = createServer({ allowHalfOpen: true }, (downstream) => {
      this.connections += 1
      const upstream = connect({ path: target, allowHalfOpen: true })
      for (const [from, to] of [
        [downstream, upstream],
        [upstream, downstream],
      ] as const) {
        this.#sockets.add(from)
        from.pipe(to)
        from.on('error', () => to.destroy())
        from.on('close', () => {
          this.#sockets.delete(from)
          to.destroy()
        })
      }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
