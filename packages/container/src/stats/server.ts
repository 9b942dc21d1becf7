/**
 * Tells a document to whoever connects, and closes: uWSGI's stats server. It is for operators: bind it to an address
 * that only they reach. A client that reads nothing, or too many of them, cost nobody else anything.
 */
import { closeSync, lchownSync, openSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { clearStale, formatAddress } from '@trivet/prefork'
import type { StatsSettings } from './settings.ts'

/** Clients at a time: each costs a descriptor of the master's, who needs his for workers. */
const maxClients = 32

/** Milliseconds that a client may take, to ask over HTTP and to read. */
const patience = 5000

/** Bytes of a request's head; nobody needs to say more to get the figures. */
const maxHead = 8192

/** Milliseconds between two looks whether a descriptor is left. */
const probeInterval = 1000

/** Milliseconds between two lines about failures. */
const tellInterval = 10_000

/** What the server needs of the master. */
export interface StatsOwner {
  readonly mode: number | undefined
  readonly uid: number | undefined
  readonly gid: number | undefined
  document(): Promise<object>
  event(message: string): void
}

export class StatsServer {
  readonly settings: StatsSettings
  readonly #owner: StatsOwner
  readonly #server: Server
  readonly #clients = new Set<Socket>()
  readonly #watch: NodeJS.Timeout
  #told = -Infinity

  private constructor(settings: StatsSettings, owner: StatsOwner) {
    this.settings = settings
    this.#owner = owner
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket))
    this.#server.maxConnections = maxClients
    this.#server.on('drop', () => this.#tell(`more than ${maxClients} clients at a time: the others are turned away`))
    this.#server.unref()
    this.#watch = setInterval(() => this.#probe(), probeInterval)
    this.#watch.unref()
  }

  /** Binds; rejects with an error that names the address. */
  static async open(settings: StatsSettings, owner: StatsOwner): Promise<StatsServer> {
    const { address } = settings
    const file = 'path' in address && !address.path.startsWith('\0') ? address.path : undefined
    if (file !== undefined) await clearStale(file)
    const server = new StatsServer(settings, owner)
    try {
      await server.#listen(file)
    } catch (cause) {
      clearInterval(server.#watch)
      const { code, message } = cause as NodeJS.ErrnoException
      throw new Error(`cannot bind to ${formatAddress(address)}: ${code ?? message}`, { cause })
    }
    server.#server.removeAllListeners('error')
    server.#server.on('error', (error) => server.#tell(error.message))
    return server
  }

  /** A socket's file has its mode from its birth on, and gets its owner without following a link. */
  async #listen(file: string | undefined): Promise<void> {
    const { address } = this.settings
    const { uid, gid, mode = 0o660 } = this.#owner
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      const before = file === undefined ? undefined : process.umask(0o777 & ~mode)
      try {
        this.#server.listen('path' in address ? { path: address.path } : address, resolve)
      } finally {
        if (before !== undefined) process.umask(before)
      }
    })
    if (file !== undefined && (uid !== undefined || gid !== undefined)) lchownSync(file, uid ?? -1, gid ?? -1)
  }

  /** With the real port when 0 was asked for. */
  get address(): string {
    const bound = this.#server.address()
    if (bound === null || typeof bound === 'string') return formatAddress(this.settings.address)
    return formatAddress({ host: bound.address, port: bound.port })
  }

  close(): void {
    clearInterval(this.#watch)
    this.#server.close()
    for (const client of this.#clients) client.destroy()
    const { address } = this.settings
    if ('path' in address && !address.path.startsWith('\0')) rmSync(address.path, { force: true })
  }

  #serve(socket: Socket): void {
    this.#clients.add(socket)
    socket.setTimeout(patience, () => socket.destroy())
    socket.on('close', () => this.#clients.delete(socket))
    socket.on('error', () => socket.destroy()) // the client has gone, and wants nothing any more
    if (!this.settings.http) {
      socket.resume()
      void this.#answer(socket)
      return
    }
    let head = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      const before = head.length
      head += text
      if (before > maxHead) socket.destroy()
      else if (head.includes('\n\r\n') || head.includes('\n\n')) {
        socket.removeAllListeners('data')
        socket.resume()
        void this.#answer(socket)
      }
    })
    socket.on('end', () => socket.destroy())
  }

  async #answer(socket: Socket): Promise<void> {
    const { http, minified } = this.settings
    try {
      const text = `${JSON.stringify(await this.#owner.document(), null, minified ? undefined : 1)}\n`
      const head = `HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`
      socket.end(http ? head + text : text)
    } catch (error) {
      this.#tell(error instanceof Error ? error.message : String(error))
      socket.destroy()
    }
  }

  /** A process without a free descriptor cannot accept, and Node says nothing about it: clients would wait in silence. */
  #probe(): void {
    try {
      closeSync(openSync('/dev/null', 'r'))
    } catch (error) {
      this.#tell(
        `clients wait, the master can open nothing more: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }

  /** Failures come in crowds: one line for each ten seconds of them. */
  #tell(message: string): void {
    const now = performance.now()
    if (now - this.#told < tellInterval) return
    this.#told = now
    this.#owner.event(`[stats] ${message}`)
  }
}
