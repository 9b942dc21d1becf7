import { EventEmitter } from 'node:events'
import { listenQueues } from '../bind/listen-queue.ts'
import { ControlServer } from '../control/control-server.ts'
import type { Message } from '../control/messages.ts'
import { PreforkError, type WorkerFailed } from '../error.ts'
import type { PolicyAction, PolicyInput } from '../policy/rule.ts'
import { Scoreboard } from '../scoreboard/scoreboard.ts'
import { Crew, type CrewSetting } from './crew.ts'
import type { Generation } from './generation.ts'
import { Generations } from './generations.ts'
import { Governor } from './governor.ts'
import { observe, policyInput } from './observation.ts'
import { settle, type MasterOptions, type Settings } from './options.ts'
import type { OutputStream } from './output.ts'
import { backoffPolicy, type RespawnPolicy } from './respawn-policy.ts'
import type { WorkerInfo, WorkerSnapshot } from './worker-info.ts'
import type { ZygoteOwner } from './zygote.ts'

// The master owns the sockets and no requests. Its workers come in generations: all workers of one generation run with
// the same settings. A reload raises the next generation beside the current one; only when every worker of it is ready
// does it become current and the old one drains. Both listen on the same open socket description, so that the kernel's
// accept queue is never closed, and a connection waiting in it is taken by whoever comes next. A chain reload does the
// same slot by slot. Who works in which slot is the crew's business (crew.ts), when somebody is to be ended, replaced,
// added or retired the policy's (../policy/policy.ts).

/** What a Master emits. */
export interface MasterEvents {
  spawn: [worker: WorkerInfo]
  ready: [worker: WorkerInfo]
  exit: [worker: WorkerInfo, code: number | null, signal: NodeJS.Signals | null]
  output: [worker: WorkerInfo, stream: OutputStream, line: string]
  failed: [worker: WorkerInfo, error: WorkerFailed]
  message: [worker: WorkerInfo, message: Message]
  /** The policy has decided, and it is being done; `worker` is undefined for `resize`. */
  action: [action: PolicyAction, worker: WorkerInfo | undefined]
}

export interface StopOptions {
  /** Let requests in flight finish. Default true; otherwise SIGTERM at once. */
  readonly graceful?: boolean
  /** Milliseconds until SIGKILL. Default: `drainTimeout`, or `killTimeout` when not graceful. */
  readonly timeout?: number
}

export interface ReloadOptions {
  /** One slot after the other, so that the two generations never need twice the memory; default false. When a slot's new worker does not come up the chain ends there: its old one serves on, as do the new ones of the slots before. */
  readonly chain?: boolean
  /** The old ones drain. Default true; otherwise they get SIGTERM when the new ones are ready, and their requests are lost. */
  readonly graceful?: boolean
}

type Phase = 'new' | 'starting' | 'running' | 'stopping' | 'stopped'

/** Starts workers on bound sockets, keeps their number, replaces them all on reload, and leaves none behind. */
export class Master extends EventEmitter<MasterEvents> {
  #options: MasterOptions
  #settings: Settings
  readonly #respawn: RespawnPolicy
  #phase: Phase = 'new'
  #control: ControlServer | undefined
  #scoreboard: Scoreboard | undefined
  #crew: Crew | undefined
  #generations: Generations | undefined
  #lastId = 0
  #reloading: Promise<void> = Promise.resolve()
  #queued: { next: Partial<MasterOptions>; chain: boolean; graceful: boolean; done: Promise<void> } | undefined
  #stopped: Promise<void> | undefined
  readonly #governor = new Governor(
    (needs) => this.#look(needs),
    (action) => this.#act(action),
  )

  /** `respawn` decides when a worker that died is replaced. */
  constructor(options: MasterOptions, respawn?: RespawnPolicy) {
    super()
    this.#options = options
    this.#settings = settle(options)
    this.#respawn = respawn ?? backoffPolicy(this.#settings)
  }

  /** All workers that are not gone, old generations included. */
  get workers(): readonly WorkerInfo[] {
    return this.#crew?.workers ?? []
  }

  /** Counts the reloads that succeeded. */
  get generation(): number {
    return this.#generations?.current?.number ?? 0
  }

  /** How many workers there are to be at present. */
  get size(): number {
    return this.#crew?.size ?? 0
  }

  /** Resolves when every worker is ready; rejects with the first WorkerFailed after the others have been ended. */
  async start(): Promise<void> {
    if (this.#phase !== 'new') throw new PreforkError('wrong-state', `start() on a master that is ${this.#phase}`)
    this.#phase = 'starting'
    const control = await ControlServer.open()
    if (this.#stopped !== undefined) {
      control.close()
      throw stoppedMeanwhile()
    }
    this.#control = control
    this.#scoreboard = new Scoreboard(control.scoreboard)
    const owner = this.#owner()
    this.#generations = new Generations(control, owner)
    const crew = new Crew({ control, scoreboard: this.#scoreboard, respawn: this.#respawn, owner })
    this.#crew = crew
    try {
      await this.#raiseAll(crew, this.#settings, slotsUpTo(initialSize(this.#settings)), true)
    } catch (error) {
      await this.stop({ graceful: false })
      throw error
    }
    this.#phase = 'running'
    this.#governor.start(this.#settings.policy)
  }

  /**
   * Raises a new generation, with changed options if given, then drains the old one; resolves when the new one has taken
   * over. When it does not come up it is ended, the old one keeps serving and the promise rejects with the WorkerFailed.
   * Calls during a reload are merged into one more reload after it.
   */
  reload(next: Partial<MasterOptions> = {}, { chain = false, graceful = true }: ReloadOptions = {}): Promise<void> {
    if (this.#queued !== undefined) {
      this.#queued.next = { ...this.#queued.next, ...next }
      this.#queued.chain &&= chain
      this.#queued.graceful &&= graceful
      return this.#queued.done
    }
    const queued = { next, chain, graceful, done: this.#reloading.then(() => this.#reloadNext()) }
    this.#queued = queued
    this.#reloading = queued.done.catch(() => {})
    return queued.done
  }

  /** More or fewer workers from now on, 0 to `processes`; those that go drain. A reload that changes `processes` sets it anew. */
  resize(size: number): void {
    const { processes } = this.#settings
    if (!Number.isInteger(size) || size < 0 || size > processes)
      throw new PreforkError(
        'option-invalid',
        `a size is a whole number from 0 to \`processes\` (${processes}), got ${size}`,
      )
    const generation = this.#generations?.current
    if (this.#crew === undefined || generation === undefined || this.#phase !== 'running')
      throw new PreforkError('wrong-state', `resize() on a master that is ${this.#phase}`)
    this.#crew.resize(size, generation)
  }

  /** Replaces one worker: its successor first, then it drains. False when that cannot be now: it is not ready, or one is on its way. */
  recycle(worker: WorkerInfo): boolean {
    const process = this.#crew?.workers.find(({ id }) => id === worker.id)
    return process !== undefined && this.#crew?.recycle(process) === true
  }

  /** Ends all workers and resolves when they have gone; a start() or reload() under way rejects. A second call may be less patient than the first. */
  stop(how: StopOptions = {}): Promise<void> {
    const graceful = how.graceful ?? true
    if (this.#phase !== 'stopped') this.#phase = 'stopping'
    this.#governor.stop()
    this.#crew?.close()
    for (const worker of this.#crew?.workers ?? []) {
      if (graceful) worker.drain(how.timeout ?? worker.settings.drainTimeout)
      else worker.terminate(how.timeout ?? worker.settings.killTimeout)
    }
    this.#stopped ??= this.#untilAllGone()
    return this.#stopped
  }

  /** Sends a message, such as `{ type: 'reopen' }`, to every worker that has joined. */
  broadcast(message: object): void {
    for (const worker of this.#crew?.workers ?? []) worker.send(message)
  }

  /** Sends a message to one worker; false when it is gone. */
  send(worker: WorkerInfo, message: object): boolean {
    const process = this.#crew?.workers.find(({ id }) => id === worker.id)
    process?.send(message)
    return process !== undefined
  }

  /** All workers with their records and their memory, read now. */
  async snapshot(): Promise<readonly WorkerSnapshot[]> {
    if (this.#crew === undefined || this.#scoreboard === undefined) return []
    return await observe(this.#crew, this.#scoreboard, true)
  }

  /** Connections that wait to be accepted, for each listener; undefined where the system does not say. */
  listenQueues(): readonly number[] | undefined {
    return listenQueues(this.#settings.listeners)
  }

  async #untilAllGone(): Promise<void> {
    await this.#crew?.gone()
    await this.#generations?.end()
    this.#scoreboard?.close()
    this.#scoreboard = undefined
    this.#control?.close()
    this.#control = undefined
    this.#phase = 'stopped'
  }

  async #reloadNext(): Promise<void> {
    const { next, chain, graceful } = this.#queued ?? { next: {}, chain: false, graceful: true }
    const options = { ...this.#options, ...next }
    this.#queued = undefined
    const crew = this.#crew
    if (this.#phase !== 'running' || crew === undefined)
      throw new PreforkError('wrong-state', `reload() on a master that is ${this.#phase}`)
    const settings = settle(options)
    const resized = settings.processes !== this.#settings.processes
    const slots = resized || crew.size === 0 ? slotsUpTo(initialSize(settings)) : crew.slots
    await (chain ? this.#raiseInTurn(crew, settings, slots, graceful) : this.#raiseAll(crew, settings, slots, graceful))
    this.#options = options
    this.#settings = settings
    this.#respawn.reset()
    this.#governor.start(settings.policy)
  }

  async #raiseAll(crew: Crew, settings: Settings, slots: readonly number[], graceful: boolean): Promise<void> {
    const { generations, generation } = this.#nextGeneration(settings)
    try {
      await crew.raise(generation, slots)
      if (this.#stopped !== undefined) throw stoppedMeanwhile()
    } catch (error) {
      generations.discard(generation)
      throw error
    }
    generations.advance(generation)
    crew.open = true
    crew.adopt(generation, slots, graceful)
  }

  async #raiseInTurn(crew: Crew, settings: Settings, slots: readonly number[], graceful: boolean): Promise<void> {
    const { generations, generation } = this.#nextGeneration(settings)
    let taken = 0
    try {
      for (const slot of slots) {
        await crew.raise(generation, [slot])
        if (this.#stopped !== undefined) throw stoppedMeanwhile()
        crew.adoptOne(generation, slot, graceful)
        taken += 1
      }
    } catch (error) {
      if (taken === 0) generations.discard(generation)
      throw error
    }
    generations.advance(generation)
    crew.adopt(generation, slots, graceful)
  }

  #nextGeneration(settings: Settings): { readonly generations: Generations; readonly generation: Generation } {
    const generations = this.#generations
    if (generations === undefined || this.#stopped !== undefined) throw stoppedMeanwhile()
    return { generations, generation: generations.make(settings) }
  }

  async #look(needs: { readonly memory: boolean; readonly queue: boolean }): Promise<Omit<PolicyInput, 'now'>> {
    if (this.#crew === undefined || this.#scoreboard === undefined) throw stoppedMeanwhile()
    return await policyInput(this.#crew, this.#scoreboard, this.#settings, needs)
  }

  #act(action: PolicyAction): void {
    if (action.kind === 'resize') {
      this.emit('action', action, undefined)
      this.resize(action.size)
      return
    }
    const worker = this.#crew?.workers.find(({ id }) => id === action.worker)
    if (worker === undefined) return
    if (action.kind === 'recycle') {
      if (this.#crew?.recycle(worker) === true) this.emit('action', action, worker)
      return
    }
    this.emit('action', action, worker)
    worker.condemn(action.reason)
  }

  #owner(): ZygoteOwner & CrewSetting['owner'] {
    return {
      nextId: () => {
        this.#lastId += 1
        return this.#lastId
      },
      onSpawn: (worker) => void this.emit('spawn', worker),
      onReady: (worker) => void this.emit('ready', worker),
      onFailed: (worker, error) => void this.emit('failed', worker, error),
      onMessage: (worker, message) => void this.emit('message', worker, message),
      onOutput: (worker, stream, line) => void this.emit('output', worker, stream, line),
      onGone: (worker, { code, signal }) => void this.emit('exit', worker, code, signal),
    }
  }
}

function stoppedMeanwhile(): PreforkError {
  return new PreforkError('stopped', 'the master was stopped meanwhile')
}

function initialSize({ processes, policy: { cheaper } }: Settings): number {
  return Math.min(processes, cheaper?.initial ?? processes)
}

const slotsUpTo = (count: number): readonly number[] => Array.from({ length: count }, (_, slot) => slot)
