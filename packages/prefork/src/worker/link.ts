import type { Socket } from 'node:net'
import { formatAddress, type Address } from '../address.ts'
import { removeOrphanedControl } from '../runtime-folder.ts'
import { ScoreboardWriter } from '../scoreboard/writer.ts'
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
  /** This worker's record on the scoreboard; undefined when its master keeps none. */
  readonly scoreboard: ScoreboardWriter | undefined
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
  readonly scoreboard: ScoreboardWriter | undefined
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
    this.scoreboard = start.scoreboard === undefined ? undefined : new ScoreboardWriter(start.scoreboard)
    this.#socket = socket
    this.#control = control
    this.#drainTimeout = start.drainTimeout
  }

  step(name: string): void {
    this.send({ type: 'step', name })
  }

  ready(info: object = {}): void {
    this.scoreboard?.state('ready')
    this.send({ type: 'ready', info })
  }

  failed(error: unknown): void {
    this.#failing = true
    this.#socket.end(encodeMessage({ type: 'failed', ...this.#account(error) }), () => process.exit(1))
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
    this.#tidied = removeOrphanedControl(this.#control)
    if (!this.#draining && !this.#failing) this.#drain()
  }

  /** What to tell about an error. `listen` on a descriptor knows no address, and its stack leads nowhere. */
  #account(error: unknown): { readonly message: string; readonly stack?: string | undefined } {
    if (!(error instanceof Error)) return { message: String(error) }
    const { code, syscall } = error as NodeJS.ErrnoException
    const addresses = this.listeners.map(({ address }) => formatAddress(address)).join(' or ')
    if (syscall !== 'listen' || code !== 'EADDRINUSE' || addresses === '')
      return { message: error.message, stack: error.stack }
    return { message: `cannot listen on ${addresses}: another process uses it (EADDRINUSE)` }
  }

  #drain(): void {
    this.#draining = true
    this.scoreboard?.state('draining')
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
