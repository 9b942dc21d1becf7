/**
 * What workers share through their master: one unix socket of mode 0600 in the master's own folder. A process connects
 * when it first needs something (most never do), once for each thread that calls.
 */
import { chmodSync } from 'node:fs'
import net, { type Server } from 'node:net'
import { newToken, type Identity, type RuntimeFolder } from '@trivet/prefork'
import { ApiConnection } from './connection.ts'
import type { Call } from './caller.ts'
import { apiLimits } from './limits.ts'

/** Where and how a process connects: part of what the master tells it. */
export interface ApiPlace {
  readonly path: string
  readonly token: string
}

/** Its socket in the master's folder. */
const file = 'calls'

export class ApiServer {
  readonly place: ApiPlace
  readonly #server: Server
  readonly #connections = new Set<ApiConnection>()

  private constructor(
    path: string,
    calls: Readonly<Record<string, Call>>,
    maxValue: number,
    complain: (text: string) => void,
  ) {
    this.place = { path, token: newToken() }
    // Base64 makes four characters of three bytes.
    const maxLine = apiLimits.call + Math.ceil((maxValue * 4) / 3)
    const host = { calls, token: this.place.token, maxLine, complain }
    this.#server = net.createServer((socket) => {
      const connection = new ApiConnection(socket, host)
      this.#connections.add(connection)
      socket.on('close', () => this.#connections.delete(connection))
    })
    this.#server.maxConnections = apiLimits.connections
  }

  /** `maxValue`: bytes of the largest value that a call may carry. `owner`: who the workers run as. */
  static async open(
    folder: RuntimeFolder,
    calls: Readonly<Record<string, Call>>,
    options: { readonly maxValue: number; readonly owner: Identity; readonly complain: (text: string) => void },
  ): Promise<ApiServer> {
    const server = new ApiServer(folder.join(file), calls, options.maxValue, options.complain)
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject)
      server.#server.listen({ path: server.place.path, backlog: 511 }, resolve)
    })
    chmodSync(server.place.path, 0o600)
    folder.give(file, options.owner)
    return server
  }

  close(): void {
    this.#server.close()
    for (const connection of this.#connections) connection.close()
  }
}
