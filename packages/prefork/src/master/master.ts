import { EventEmitter } from 'node:events'
import { ControlServer } from '../control/control-server.ts'
import type { Message } from '../control/messages.ts'
import { PreforkError, WorkerFailed, type Exit } from '../error.ts'
import { readMemory } from '../scoreboard/memory.ts'
import { Scoreboard } from '../scoreboard/scoreboard.ts'
import { Deadline } from './deadline.ts'
import { settle, type MasterOptions, type Settings } from './options.ts'
import type { OutputStream } from './output.ts'
import { backoffPolicy, type RespawnPolicy } from './respawn-policy.ts'
import type { WorkerInfo, WorkerOwner, WorkerSnapshot } from './worker-info.ts'
import { WorkerProcess } from './worker-process.ts'

// The master owns the sockets and no requests. Its workers come in generations: all workers of one generation run with
// the same settings, and exactly one generation is current: the one whose dead are replaced. A reload raises the next
// generation beside the current one; only when every worker of it is ready does it become current and the old one
// drains. Both listen on the same open socket description, so that the kernel's accept queue is never closed, and a
// connection waiting in it is taken by whoever comes next.

/** What a Master emits. */
export interface MasterEvents {
  spawn: [worker: WorkerInfo]
  ready: [worker: WorkerInfo]
  exit: [worker: WorkerInfo, code: number | null, signal: NodeJS.Signals | null]
  output: [worker: WorkerInfo, stream: OutputStream, line: string]
  failed: [worker: WorkerInfo, error: WorkerFailed]
  message: [worker: WorkerInfo, message: Message]
}

export interface StopOptions {
  /** Let requests in flight finish. Default true; otherwise SIGTERM at once. */
  readonly graceful?: boolean
  /** Milliseconds until SIGKILL. Default: `drainTimeout`, or `killTimeout` when not graceful. */
  readonly timeout?: number
}

type Phase = 'new' | 'starting' | 'running' | 'stopping' | 'stopped'

/** Starts workers on bound sockets, keeps their number, replaces them all on reload, and leaves none behind. */
export class Master extends EventEmitter<MasterEvents> {
  #options: MasterOptions
  #settings: Settings
  #policy: RespawnPolicy
  #phase: Phase = 'new'
  #control: ControlServer | undefined
  #generation = 0
  #lastGeneration = 0
  #lastId = 0
  #reloading: Promise<void> = Promise.resolve()
  #queued: { next: Partial<MasterOptions>; done: Promise<void> } | undefined
  #stopped: Promise<void> | undefined
  readonly #workers = new Set<WorkerProcess>()
  #scoreboard: Scoreboard | undefined
  /** How many workers each slot has had. */
  readonly #spawns = new Map<number, number>()
  readonly #respawns = new Set<Deadline>()
  readonly #owner: WorkerOwner<WorkerProcess>

  constructor(options: MasterOptions, policy?: RespawnPolicy) {
    super()
    this.#options = options
    this.#settings = settle(options)
    this.#policy = policy ?? backoffPolicy(this.#settings)
    this.#owner = {
      onReady: (worker) => void this.emit('ready', worker),
      onDraining: (worker) => this.#replace(worker, 0),
      onFailed: (worker, error) => void this.emit('failed', worker, error),
      onMessage: (worker, message) => void this.emit('message', worker, message),
      onOutput: (worker, stream, line) => void this.emit('output', worker, stream, line),
      onGone: (worker, exit) => this.#gone(worker, exit),
    }
  }

  /** All workers that are not gone, old generations included. */
  get workers(): readonly WorkerInfo[] {
    return [...this.#workers]
  }

  /** Counts the reloads that succeeded. */
  get generation(): number {
    return this.#generation
  }

  /** Resolves when every worker is ready; rejects with the first WorkerFailed after the others have been ended. */
  async start(): Promise<void> {
    if (this.#phase !== 'new') throw new PreforkError('wrong-state', `start() on a master that is ${this.#phase}`)
    this.#phase = 'starting'
    const control = await ControlServer.open()
    if (this.#stopped !== undefined) {
      control.close()
      throw new PreforkError('stopped', 'the master was stopped meanwhile')
    }
    this.#control = control
    this.#scoreboard = new Scoreboard(control.scoreboard)
    try {
      await this.#raise(this.#settings, 0)
    } catch (error) {
      await this.stop({ graceful: false })
      throw error
    }
    this.#phase = 'running'
    this.#fillGaps()
  }

  /**
   * Raises a new generation, with changed options if given, then drains the old one; resolves when the new one has taken
   * over. When it does not come up it is ended, the old one keeps serving and the promise rejects with the WorkerFailed.
   * Calls during a reload are merged into one more reload after it.
   */
  reload(next: Partial<MasterOptions> = {}): Promise<void> {
    if (this.#queued !== undefined) {
      this.#queued.next = { ...this.#queued.next, ...next }
      return this.#queued.done
    }
    const queued = { next, done: this.#reloading.then(() => this.#reloadNext()) }
    this.#queued = queued
    this.#reloading = queued.done.catch(() => {})
    return queued.done
  }

  /** Ends all workers and resolves when they have gone; a start() or reload() under way rejects. A second call may be less patient than the first. */
  stop(how: StopOptions = {}): Promise<void> {
    const graceful = how.graceful ?? true
    if (this.#phase !== 'stopped') this.#phase = 'stopping'
    for (const respawn of this.#respawns) respawn.clear()
    this.#respawns.clear()
    for (const worker of this.#workers) {
      if (graceful) worker.drain(how.timeout ?? worker.settings.drainTimeout)
      else worker.terminate(how.timeout ?? worker.settings.killTimeout)
    }
    this.#stopped ??= this.#untilAllGone()
    return this.#stopped
  }

  /** Sends a message, such as `{ type: 'reopen' }`, to every worker that has joined. */
  broadcast(message: object): void {
    for (const worker of this.#workers) worker.send(message)
  }

  /** All workers with their records and their memory, read now. */
  async snapshot(): Promise<readonly WorkerSnapshot[]> {
    const workers = [...this.#workers]
    const records = this.#scoreboard?.read(workers.map(({ place }) => place)) ?? []
    const memory = await readMemory(workers.flatMap(({ pid }) => pid ?? []))
    return workers.flatMap((worker, index): WorkerSnapshot[] => {
      const record = records[index]
      return record === undefined ? [] : [{ worker, record, memory: memory.get(worker.pid ?? 0) }]
    })
  }

  async #untilAllGone(): Promise<void> {
    while (this.#workers.size > 0) await Promise.all([...this.#workers].map((worker) => worker.gone))
    this.#scoreboard?.close()
    this.#scoreboard = undefined
    this.#control?.close()
    this.#control = undefined
    this.#phase = 'stopped'
  }

  async #reloadNext(): Promise<void> {
    const options = { ...this.#options, ...this.#queued?.next }
    this.#queued = undefined
    if (this.#phase !== 'running') throw new PreforkError('wrong-state', `reload() on a master that is ${this.#phase}`)
    const settings = settle(options)
    this.#lastGeneration += 1
    const generation = this.#lastGeneration
    await this.#raise(settings, generation)
    this.#options = options
    this.#settings = settings
    this.#generation = generation
    this.#policy.reset()
    for (const respawn of this.#respawns) respawn.clear()
    this.#respawns.clear()
    for (const worker of this.#workers) {
      if (worker.generation !== generation) worker.drain(worker.settings.drainTimeout)
    }
    this.#fillGaps()
  }

  /** Workers may have chosen to leave while the rest of their generation was still starting. */
  #fillGaps(): void {
    for (const worker of this.#workers) if (worker.state === 'draining') this.#replace(worker, 0)
  }

  /** Resolves when a whole generation is ready; else ends it and throws its first failure. */
  async #raise(settings: Settings, generation: number): Promise<void> {
    const workers: WorkerProcess[] = []
    for (let slot = 0; slot < settings.processes; slot += 1) workers.push(this.#spawn(settings, slot, generation))
    try {
      await Promise.all(workers.map((worker) => worker.started))
      const dead = workers.find((worker) => worker.state === 'gone')
      if (dead?.failure !== undefined) throw dead.failure
      if (this.#stopped !== undefined) throw new PreforkError('stopped', 'the master was stopped meanwhile')
    } catch (error) {
      for (const worker of workers) worker.terminate(settings.killTimeout)
      await Promise.all(workers.map((worker) => worker.gone))
      throw error
    }
  }

  #spawn(settings: Settings, slot: number, generation: number): WorkerProcess {
    if (this.#control === undefined || this.#scoreboard === undefined)
      throw new PreforkError('stopped', 'the master has stopped')
    this.#control.admit(settings.uid, settings.gid)
    this.#scoreboard.admit(settings.uid, settings.gid)
    this.#lastId += 1
    const respawns = this.#spawns.get(slot) ?? 0
    this.#spawns.set(slot, respawns + 1)
    const place = this.#scoreboard.allocate(settings.cores)
    const identity = { id: this.#lastId, slot, generation, respawns, place }
    const worker = new WorkerProcess(identity, settings, this.#control, this.#owner)
    this.#workers.add(worker)
    this.emit('spawn', worker)
    return worker
  }

  #gone(worker: WorkerProcess, exit: Exit): void {
    this.#workers.delete(worker)
    this.#scoreboard?.release(worker.place)
    this.emit('exit', worker, exit.code, exit.signal)
    // One that left when asked has been replaced already, or is not wanted any more.
    if (worker.failure === undefined || this.#phase !== 'running' || worker.generation !== this.#generation) return
    const delay = this.#policy.decide(worker.slot, worker.uptime)
    if (delay === 'give-up') this.#giveUp(worker, worker.failure)
    else this.#replace(worker, delay)
  }

  #replace(worker: WorkerProcess, delay: number): void {
    if (this.#phase !== 'running' || worker.generation !== this.#generation) return
    const respawn = new Deadline()
    this.#respawns.add(respawn)
    respawn.set(delay, () => {
      this.#respawns.delete(respawn)
      this.#spawn(this.#settings, worker.slot, this.#generation)
    })
  }

  #giveUp(worker: WorkerProcess, last: WorkerFailed): void {
    const message = `worker ${worker.slot} is not started again: it died too often; the last time: ${last.message}`
    this.emit('failed', worker, new WorkerFailed('gave-up', message, last, { cause: last }))
  }
}
