import { rmdirSync, unlinkSync } from 'node:fs'
import net, { type Socket } from 'node:net'
import { dirname } from 'node:path'
import type { Address } from '../address.ts'
import { encodeMessage, type Message, type Start } from '../control/messages.ts'

// A Node worker's end of the control channel. It drains when it is told to, and just the same when the master is gone:
// end of file on the control connection is the only sign of a master killed with -9, and it cannot be missed.

/** A socket to listen on: `server.listen({ fd, backlog })`. */
export interface InheritedListener {
  readonly fd: number
  readonly address: Address
  readonly backlog: number
}

/** May return a promise: when those of all listeners have settled, the process exits with code 0. */
export type DrainListener = () => void | Promise<void>

/** What a worker can say to its master and hear from it. */
export interface WorkerLink {
  /** The worker's place, from 0. */
  readonly slot: number
  /** Counts the master's reloads. */
  readonly generation: number
  readonly listeners: readonly InheritedListener[]
  /** The master's `payload`. */
  readonly payload: unknown
  /** Names what is being done now, for the report if it fails or takes too long. */
  step(name: string): void
  /** It listens on every socket. */
  ready(info?: object): void
  /** It cannot serve: sends the error with its stack and exits with code 1. */
  failed(error: unknown): void
  /** It wants to leave by itself, say after N requests: the master starts a successor at once, and the drain listeners run. */
  draining(): void
  /**
   * Stop accepting, let idle connections go, finish the rest. Called once, also when the master is gone. When every
   * listener returned a promise the process exits after the last; otherwise it must end by itself.
   */
  onDrain(listener: DrainListener): void
  /** Messages that the contract does not know, such as `reopen`. */
  onMessage(listener: (message: Message) => void): void
  /** Any message that the contract does not know, to the master's `message` event. */
  send(message: Message): void
}

export class ControlLink implements WorkerLink {
  readonly slot: number
  readonly generation: number
  readonly listeners: readonly InheritedListener[]
  readonly payload: unknown
  readonly #socket: Socket
  readonly #control: string
  readonly #drainTimeout: number | null
  readonly #drainListeners: DrainListener[] = []
  readonly #messageListeners: ((message: Message) => void)[] = []
  readonly #early: Message[] = []
  #draining = false
  #failing = false
  #tidied: Promise<void> = Promise.resolve()

  constructor(socket: Socket, control: string, start: Start) {
    this.slot = start.slot
    this.generation = start.generation
    this.listeners = start.listeners
    this.payload = start.payload
    this.#socket = socket
    this.#control = control
    this.#drainTimeout = start.drainTimeout
  }

  step(name: string): void {
    this.send({ type: 'step', name })
  }

  ready(info: object = {}): void {
    this.send({ type: 'ready', info })
  }

  failed(error: unknown): void {
    this.#failing = true
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
    this.#socket.end(encodeMessage({ type: 'failed', message, stack }), () => process.exit(1))
    setTimeout(() => process.exit(1), 1000) // the master may be gone, and nobody reads
  }

  draining(): void {
    if (this.#draining) return
    this.send({ type: 'draining' })
    this.#drain()
  }

  onDrain(listener: DrainListener): void {
    if (this.#draining) void listener()
    else this.#drainListeners.push(listener)
  }

  onMessage(listener: (message: Message) => void): void {
    this.#messageListeners.push(listener)
    for (const message of this.#early.splice(0)) listener(message)
  }

  send(message: object): void {
    if (this.#socket.writable) this.#socket.write(encodeMessage(message))
  }

  /** A message from the master. */
  receive(message: Message): void {
    if (message.type === 'drain') {
      if (this.#draining) return
      this.send({ type: 'draining' })
      this.#drain()
    } else if (message.type === 'ping') {
      this.send({ ...message, type: 'pong' })
    } else if (this.#messageListeners.length === 0) {
      this.#early.push(message)
    } else {
      for (const listener of this.#messageListeners) listener(message)
    }
  }

  /** The master is gone: nobody else will end this process when it does not drain in time, nor remove the control folder. */
  orphaned(): void {
    if (this.#drainTimeout !== null) setTimeout(() => process.exit(1), this.#drainTimeout).unref()
    this.#tidied = removeControl(this.#control)
    if (!this.#draining && !this.#failing) this.#drain()
  }

  #drain(): void {
    this.#draining = true
    this.#socket.unref()
    const endings = this.#drainListeners.map((listener) => listener())
    if (endings.every((ending) => ending !== undefined)) void this.#exitAfter(endings)
  }

  async #exitAfter(endings: readonly Promise<void>[]): Promise<void> {
    const outcomes = await Promise.allSettled(endings)
    for (const outcome of outcomes) if (outcome.status === 'rejected') console.error(outcome.reason)
    await this.#tidied
    process.exit(outcomes.some((outcome) => outcome.status === 'rejected') ? 1 : 0)
  }
}

/** Removes the socket and folder of a master that no longer answers there; harmless when it does, or when another worker was first. */
function removeControl(control: string): Promise<void> {
  return new Promise((resolve) => {
    const probe = net.connect({ path: control })
    probe.once('connect', () => {
      probe.destroy()
      resolve()
    })
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') removeFolderOf(control)
      resolve()
    })
  })
}

function removeFolderOf(control: string): void {
  try {
    unlinkSync(control)
    rmdirSync(dirname(control))
  } catch {
    // Another worker was first, or this user may not; what is left is a private folder without use.
  }
}
