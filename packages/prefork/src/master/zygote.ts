import type { ControlServer } from '../control/control-server.ts'
import { text, type Message } from '../control/messages.ts'
import { PreforkError, type Exit, type WorkerFailed } from '../error.ts'
import type { RecordPlace } from '../scoreboard/scoreboard.ts'
import { Deadline } from './deadline.ts'
import { ForkedProcess } from './forked-process.ts'
import type { Settings } from './options.ts'
import type { Launch } from './process-handle.ts'
import type { RespawnPolicy } from './respawn-policy.ts'
import type { Spares } from './spares.ts'
import { spawning } from './spawn.ts'
import { WorkerProcess } from './worker-process.ts'
import type { WorkerOwner } from './worker-info.ts'

// Fork after preload: one process per generation loads the application and forks the workers, which so share its
// memory. It is a worker itself as far as starting and leaving go; that it has loaded is its `ready`. A zygote that dies
// is started anew, its children live on; forks that were asked for meanwhile wait for the new one.

interface Order {
  readonly slot: number
  readonly place: RecordPlace
  readonly process: ForkedProcess
  readonly refuse: (cause: Error) => void
}

/** Whoever keeps a zygote. */
export interface ZygoteOwner extends Omit<WorkerOwner<WorkerProcess>, 'onReady' | 'onDraining' | 'onGone'> {
  /** Its number; different from those of all workers. */
  nextId(): number
}

export class Zygote {
  readonly settings: Settings
  readonly #generation: number
  readonly #control: ControlServer
  readonly #owner: ZygoteOwner
  readonly #respawn: RespawnPolicy
  readonly #spares: Spares
  readonly #delay = new Deadline()
  /** Forks by their tokens: those that wait for a zygote, and those that one was told to make. */
  readonly #waiting = new Map<string, Order>()
  readonly #forked = new Map<string, ForkedProcess>()
  #process: WorkerProcess
  #ended = false

  constructor(
    settings: Settings,
    generation: number,
    control: ControlServer,
    owner: ZygoteOwner,
    respawn: RespawnPolicy,
    spares: Spares,
  ) {
    this.settings = settings
    this.#generation = generation
    this.#control = control
    this.#owner = owner
    this.#respawn = respawn
    this.#spares = spares
    this.#process = this.#start()
  }

  /** The process at present. */
  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Resolves when no process of it is left. */
  get gone(): Promise<Exit> {
    return this.#process.gone
  }

  /** Launches a worker by forking it, as soon as the application is loaded. */
  forking(slot: number, place: RecordPlace): Launch {
    return (token, listener) => {
      const process = new ForkedProcess(listener, () => this.pid)
      const order = { slot, place, process, refuse: (cause: Error) => listener.neverBorn(cause) }
      if (this.#process.state === 'ready') this.#fork(token, order)
      else this.#waiting.set(token, order)
      return process
    }
  }

  /** No fork will be asked for any more: it leaves when its children have gone, or is killed after so long. */
  end(timeout: number = Number.POSITIVE_INFINITY): void {
    this.#ended = true
    this.#delay.clear()
    this.#process.drain(timeout)
  }

  #start(): WorkerProcess {
    const identity = { id: this.#owner.nextId(), slot: -1, generation: this.#generation, respawns: 0, place: undefined }
    const launch = this.#spares.take(this.settings) ?? spawning(this.settings, -1, this.#control.path, 'zygote')
    return new WorkerProcess(identity, this.settings, this.#control, launch, {
      onReady: () => this.#loaded(),
      onDraining: () => {},
      onFailed: (worker, error) => this.#failed(worker, error),
      onMessage: (worker, message) => this.#receive(worker, message),
      onOutput: (worker, stream, line) => this.#owner.onOutput(worker, stream, line),
      onGone: (worker) => this.#gone(worker),
    })
  }

  #loaded(): void {
    for (const [token, order] of this.#waiting) if (!order.process.over) this.#fork(token, order)
    this.#waiting.clear()
  }

  #fork(token: string, { slot, place, process }: Order): void {
    this.#forked.set(token, process)
    const scoreboard = { path: this.#control.scoreboard, ...place }
    this.#process.send({ type: 'fork', token, slot, scoreboard })
  }

  #receive(worker: WorkerProcess, message: Message): void {
    const { type, pid } = message
    const child = this.#forked.get(text(message, 'token') ?? '')
    if (type === 'forked' && child !== undefined && typeof pid === 'number') child.identify(pid)
    else if (type === 'exited') this.#reaped(message)
    else this.#owner.onMessage(worker, message)
  }

  #reaped(message: Message): void {
    for (const [token, child] of this.#forked) {
      if (child.pid !== message['pid'] && token !== message['token']) continue
      this.#forked.delete(token)
      const { code, signal } = message
      child.exited({
        code: typeof code === 'number' ? code : null,
        signal: typeof signal === 'string' ? (signal as NodeJS.Signals) : null,
      })
    }
  }

  #failed(worker: WorkerProcess, error: WorkerFailed): void {
    // Whoever waits for a worker of it is told in the zygote's own words.
    for (const [token, { refuse }] of this.#waiting) {
      this.#waiting.delete(token)
      refuse(error)
    }
    this.#owner.onFailed(worker, error)
  }

  #gone(worker: WorkerProcess): void {
    for (const child of this.#forked.values()) child.watch()
    this.#forked.clear()
    if (this.#ended) return
    const delay = this.#respawn.decide(worker.slot, worker.uptime)
    if (delay === 'give-up') this.#giveUp()
    else this.#delay.set(delay, () => (this.#process = this.#start()))
  }

  #giveUp(): void {
    const error = new PreforkError('gave-up', 'the process that forks the workers died too often')
    for (const { refuse } of this.#waiting.values()) refuse(error)
    this.#waiting.clear()
  }
}
