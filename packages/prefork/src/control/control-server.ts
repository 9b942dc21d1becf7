import { chmodSync } from 'node:fs'
import net, { type Server, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { PreforkError } from '../error.ts'
import { RuntimeFolder, type Identity } from '../runtime-folder.ts'
import { LineBuffer } from './line-buffer.ts'
import { encodeMessage, maxWorkerLine, MessageReader, protocolVersion, text, type Message } from './messages.ts'

// The master's end of the control channel: one unix socket in a folder of its own, mode 0600, which belongs to the
// workers' user and goes when the master stops. Whoever connects must say which worker it is: `hello` carries the token
// that only that worker found in its environment. Until then a connection has a few seconds and one line.

/** The master's half of one worker's control connection. */
export interface ControlPeer {
  send(message: object): void
  close(): void
}

/** The worker that a token belongs to, as seen from the channel. */
export interface ControlParty {
  /** Called once, with the connection of the worker that said hello. */
  joined(peer: ControlPeer, pid: number): void
  /** A connection that brings one of the worker's streams of output. */
  output(stream: 'stdout' | 'stderr', source: Readable): void
  received(message: Message): void
  /** The connection is gone; `error` when the worker broke the protocol. */
  left(error: PreforkError | undefined): void
}

/** Milliseconds that a connection may take to say hello. */
const helloTimeout = 5000

export class ControlServer {
  readonly path: string
  /** For the file of that name in the same folder. */
  readonly scoreboard: string
  readonly #folder: RuntimeFolder
  readonly #server: Server
  readonly #parties = new Map<string, ControlParty>()
  /** Who said hello, by token: no second one may. */
  readonly #greeted = new Map<string, { readonly peer: ControlPeer; readonly pid: number }>()
  readonly #sockets = new Set<Socket>()

  private constructor(folder: RuntimeFolder) {
    this.#folder = folder
    this.path = folder.join('control')
    this.scoreboard = folder.join('scoreboard')
    this.#server = net.createServer((socket) => this.#accept(socket))
  }

  static async open(): Promise<ControlServer> {
    const server = new ControlServer(await RuntimeFolder.make())
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject)
      server.#server.listen({ path: server.path }, resolve)
    })
    chmodSync(server.path, 0o600)
    return server
  }

  /** Lets workers that run as another user in, and to the scoreboard. */
  admit(identity: Identity): void {
    for (const name of ['control', 'scoreboard']) this.#folder.give(name, identity)
  }

  /** Whose connection it will be, or is from now on. */
  expect(token: string, party: ControlParty): void {
    this.#parties.set(token, party)
    const known = this.#greeted.get(token)
    if (known !== undefined) queueMicrotask(() => party.joined(known.peer, known.pid))
  }

  forget(token: string): void {
    this.#parties.delete(token)
    this.#greeted.delete(token)
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    this.#folder.remove()
  }

  #accept(socket: Socket): void {
    const lines = new LineBuffer()
    const impatience = setTimeout(() => socket.destroy(), helloTimeout)
    this.#sockets.add(socket)
    socket.setEncoding('utf8')
    socket.on('error', () => {}) // 'close' follows, and says all there is to say
    socket.on('close', () => {
      clearTimeout(impatience)
      this.#sockets.delete(socket)
    })
    const introduce = (chunk: string): void => {
      const end = chunk.indexOf('\n')
      const [line] = lines.push(end === -1 ? chunk : chunk.slice(0, end + 1))
      if (line === undefined) {
        if (lines.pending > maxWorkerLine) socket.destroy()
        return
      }
      clearTimeout(impatience)
      socket.off('data', introduce)
      const rest = chunk.slice(end + 1)
      if (rest !== '') socket.unshift(rest, 'utf8')
      if (!this.#greet(socket, line)) socket.destroy()
    }
    socket.on('data', introduce)
  }

  /** The first line says who connects, and for what; false: nobody we know. */
  #greet(socket: Socket, line: string): boolean {
    const message = firstMessage(line)
    const token = message === undefined ? '' : (text(message, 'token') ?? '')
    const party = this.#parties.get(token)
    if (message === undefined || party === undefined) return false
    if (message.type === 'output') {
      const stream = text(message, 'stream')
      if (stream !== 'stdout' && stream !== 'stderr') return false
      party.output(stream, socket)
      return true
    }
    if (message.type !== 'hello' || this.#greeted.has(token)) return false
    if (message['version'] !== protocolVersion) {
      const refusal = `this master speaks version ${protocolVersion} of the worker contract, the worker ${String(message['version'])}`
      socket.end(encodeMessage({ type: 'refused', message: refusal }))
      party.left(new PreforkError('protocol', refusal))
      return true
    }
    this.#converse(socket, token, message)
    return true
  }

  #converse(socket: Socket, token: string, hello: Message): void {
    const reader = new MessageReader(maxWorkerLine)
    let broken: PreforkError | undefined
    const pid = typeof hello['pid'] === 'number' ? hello['pid'] : 0
    const peer: ControlPeer = {
      send: (down) => void socket.write(encodeMessage(down)),
      close: () => void socket.destroy(),
    }
    this.#greeted.set(token, { peer, pid })
    // Whose it is may change: a spare becomes a worker.
    const party = (): ControlParty | undefined => this.#parties.get(token)
    party()?.joined(peer, pid)
    socket.on('data', (chunk: string) => {
      try {
        for (const message of reader.push(chunk)) party()?.received(message)
      } catch (error) {
        if (!(error instanceof PreforkError)) throw error
        broken = error
        socket.destroy()
      }
    })
    socket.on('close', () => party()?.left(broken))
  }
}

function firstMessage(line: string): Message | undefined {
  try {
    const [message] = new MessageReader(maxWorkerLine).push(`${line}\n`)
    return message
  } catch (error) {
    if (error instanceof PreforkError) return undefined
    throw error
  }
}
