/**
 * What workers share through their master: one unix socket beside the control channel, in a folder of mode 0700. A
 * process connects when it first needs something (most never do), once for each thread that calls.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import net, { type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiConnection } from './connection.ts'
import type { Call } from './caller.ts'
import { apiLimits } from './limits.ts'

/** Where and how a process connects: part of what the master tells it. */
export interface ApiPlace {
  readonly path: string
  readonly token: string
}

/** Unix socket paths hold 104 to 108 bytes; a longer TMPDIR is passed over. */
const longestFolder = 80

export class ApiServer {
  readonly place: ApiPlace
  readonly #folder: string
  readonly #server: Server
  readonly #connections = new Set<ApiConnection>()
  readonly #remove = (): void => rmSync(this.#folder, { recursive: true, force: true })

  private constructor(calls: Readonly<Record<string, Call>>, maxValue: number, complain: (text: string) => void) {
    this.#folder = mkdtempSync(join(tmpdir().length > longestFolder ? '/tmp' : tmpdir(), `trivet-api-${process.pid}-`))
    this.place = { path: join(this.#folder, 'calls'), token: randomBytes(16).toString('hex') }
    // Base64 makes four characters of three bytes.
    const maxLine = apiLimits.call + Math.ceil((maxValue * 4) / 3)
    const host = { calls, token: this.place.token, maxLine, complain }
    this.#server = net.createServer((socket) => {
      const connection = new ApiConnection(socket, host)
      this.#connections.add(connection)
      socket.on('close', () => this.#connections.delete(connection))
    })
    this.#server.maxConnections = apiLimits.connections
    process.once('exit', this.#remove)
  }

  /** `maxValue`: bytes of the largest value that a call may carry. `owner`: who the workers run as. */
  static async open(
    calls: Readonly<Record<string, Call>>,
    options: {
      readonly maxValue: number
      readonly owner: { readonly uid: number | undefined; readonly gid: number | undefined }
      readonly complain: (text: string) => void
    },
  ): Promise<ApiServer> {
    const server = new ApiServer(calls, options.maxValue, options.complain)
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject)
      server.#server.listen({ path: server.place.path, backlog: 511 }, resolve)
    })
    chmodSync(server.place.path, 0o600)
    const { uid, gid } = options.owner
    if (uid !== undefined || gid !== undefined)
      for (const path of [server.place.path, server.#folder]) chownSync(path, uid ?? -1, gid ?? -1)
    return server
  }

  close(): void {
    this.#server.close()
    for (const connection of this.#connections) connection.close()
    process.off('exit', this.#remove)
    this.#remove()
  }
}
