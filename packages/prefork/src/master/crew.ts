import type { ControlServer } from '../control/control-server.ts'
import { WorkerFailed, type Exit } from '../error.ts'
import type { Scoreboard } from '../scoreboard/scoreboard.ts'
import { Deadline } from './deadline.ts'
import type { Generation } from './generation.ts'
import type { RespawnPolicy } from './respawn-policy.ts'
import type { WorkerOwner } from './worker-info.ts'
import { WorkerProcess } from './worker-process.ts'

// Who works where. Each slot that is to have a worker has a plan: the generation it belongs to. Only the death of a
// worker that its slot's plan wants is made good. A worker that is recycled gets a successor beside it in the same slot
// and drains when that one is ready; a successor that does not come up changes nothing.

/** What the workers share, and who is told what they do. */
export interface CrewSetting {
  readonly control: ControlServer
  readonly scoreboard: Scoreboard
  readonly respawn: RespawnPolicy
  readonly owner: Omit<WorkerOwner<WorkerProcess>, 'onDraining'> & {
    nextId(): number
    onSpawn(worker: WorkerProcess): void
  }
}

export class Crew {
  /** Those that come and go are made good; not so before the start and once a stop has begun. */
  open = false
  readonly #setting: CrewSetting
  readonly #workers = new Set<WorkerProcess>()
  #plans = new Map<number, Generation>()
  readonly #respawns = new Map<number, Deadline>()
  /** Successors that have not come up yet, and whom they will replace. */
  readonly #successions = new Map<WorkerProcess, WorkerProcess>()
  /** Until when a slot whose successor failed is left alone, by `performance.now()`. */
  readonly #holds = new Map<number, number>()
  /** How many workers each slot has had. */
  readonly #spawns = new Map<number, number>()

  constructor(setting: CrewSetting) {
    this.#setting = setting
  }

  /** All that are not gone. */
  get workers(): readonly WorkerProcess[] {
    return [...this.#workers]
  }

  /** How many slots are to have a worker. */
  get size(): number {
    return this.#plans.size
  }

  /** The slots that are to have one. */
  get slots(): readonly number[] {
    return [...this.#plans.keys()].toSorted((a, b) => a - b)
  }

  /** Starts a worker for each slot; resolves when all are ready, else ends them and throws the first failure. */
  async raise(generation: Generation, slots: readonly number[]): Promise<void> {
    const workers = slots.map((slot) => this.#spawn(generation, slot))
    try {
      await Promise.all(workers.map((worker) => worker.started))
      const dead = workers.find((worker) => worker.state === 'gone')
      if (dead?.failure !== undefined) throw dead.failure
    } catch (error) {
      for (const worker of workers) worker.terminate(worker.settings.killTimeout)
      await Promise.all(workers.map((worker) => worker.gone))
      throw error
    }
  }

  /** These slots belong to this generation from now on, whose workers are there: all others drain. */
  adopt(generation: Generation, slots: readonly number[], graceful: boolean): void {
    this.#plans = new Map(slots.map((slot) => [slot, generation]))
    this.#forget()
    for (const worker of this.#workers) if (!this.#wanted(worker)) leave(worker, graceful)
    // Some may have left, by their own wish or not, while others of their generation were still starting.
    for (const slot of this.#plans.keys()) this.#fill(slot, 0)
  }

  /** One slot belongs to this generation from now on. */
  adoptOne(generation: Generation, slot: number, graceful: boolean): void {
    this.#plans.set(slot, generation)
    this.#respawns.get(slot)?.clear()
    for (const worker of this.#workers) {
      if (worker.slot === slot && !this.#wanted(worker)) leave(worker, graceful)
    }
    this.#fill(slot, 0)
  }

  /** More or fewer workers, from the lowest slot up; new ones are of this generation. */
  resize(size: number, generation: Generation): void {
    for (let slot = 0; this.#plans.size < size; slot += 1) {
      if (this.#plans.has(slot)) continue
      this.#plans.set(slot, generation)
      if (this.open) this.#spawn(generation, slot)
    }
    for (const slot of this.slots.toReversed().slice(0, this.#plans.size - size)) this.#plans.delete(slot)
    for (const [slot, respawn] of this.#respawns) if (!this.#plans.has(slot)) respawn.clear()
    for (const worker of this.#workers) {
      // A generation that is being raised has its slots when it takes over.
      const raising = worker.generation > generation.number
      const retired = !raising && !this.#plans.has(worker.slot) && worker.state !== 'draining'
      if (retired) worker.drain(worker.settings.drainTimeout)
    }
  }

  /** Starts a successor, and lets this one go when it is ready. False: not now. */
  recycle(worker: WorkerProcess): boolean {
    const plan = this.#plans.get(worker.slot)
    const due = performance.now() >= (this.#holds.get(worker.slot) ?? 0)
    if (plan === undefined || !this.open || !due || worker.state !== 'ready' || !this.#wanted(worker)) return false
    if ([...this.#successions.values()].includes(worker)) return false
    this.#successions.set(this.#spawn(plan, worker.slot), worker)
    return true
  }

  /** Resolves when nobody is left. */
  async gone(): Promise<void> {
    while (this.#workers.size > 0) await Promise.all([...this.#workers].map((worker) => worker.gone))
  }

  /** Nobody is replaced any more. */
  close(): void {
    this.open = false
    this.#forget()
  }

  #spawn(generation: Generation, slot: number): WorkerProcess {
    const { control, scoreboard, owner } = this.#setting
    const { settings } = generation
    control.admit(settings)
    const respawns = this.#spawns.get(slot) ?? 0
    this.#spawns.set(slot, respawns + 1)
    const place = scoreboard.allocate(settings.cores)
    const identity = { id: owner.nextId(), slot, generation: generation.number, respawns, place }
    const worker = new WorkerProcess(identity, settings, control, generation.launch(slot, place), {
      ...owner,
      onReady: (ready) => this.#ready(ready),
      onDraining: (leaving) => {
        if (this.#wanted(leaving)) this.#fill(slot, 0)
      },
      onGone: (gone, exit) => this.#gone(gone, exit),
    })
    this.#workers.add(worker)
    owner.onSpawn(worker)
    return worker
  }

  #ready(worker: WorkerProcess): void {
    const predecessor = this.#successions.get(worker)
    this.#successions.delete(worker)
    this.#setting.owner.onReady(worker)
    predecessor?.drain(predecessor.settings.drainTimeout)
  }

  #gone(worker: WorkerProcess, exit: Exit): void {
    const predecessor = this.#successions.get(worker)
    this.#successions.delete(worker)
    this.#workers.delete(worker)
    if (worker.place !== undefined) this.#setting.scoreboard.release(worker.place)
    this.#setting.owner.onGone(worker, exit)
    // One that left when asked has been replaced already, or is not wanted any more.
    if (worker.failure === undefined || !this.open || !this.#wanted(worker)) return
    const delay = this.#setting.respawn.decide(worker.slot, worker.uptime)
    if (predecessor?.state === 'ready') {
      this.#holds.set(worker.slot, delay === 'give-up' ? Number.POSITIVE_INFINITY : performance.now() + delay)
    } else if (delay === 'give-up') this.#giveUp(worker, worker.failure)
    else this.#fill(worker.slot, delay)
  }

  /** Gives a slot a new worker after so many milliseconds, unless it has one or one is on its way. */
  #fill(slot: number, delay: number): void {
    const serves = (worker: WorkerProcess): boolean =>
      worker.slot === slot && this.#wanted(worker) && (worker.state === 'starting' || worker.state === 'ready')
    if (!this.open || this.workers.some(serves)) return
    const respawn = this.#respawns.get(slot) ?? new Deadline()
    this.#respawns.set(slot, respawn)
    respawn.set(delay, () => {
      this.#respawns.delete(slot)
      const plan = this.#plans.get(slot)
      if (plan !== undefined && this.open) this.#spawn(plan, slot)
    })
  }

  #wanted(worker: WorkerProcess): boolean {
    return this.#plans.get(worker.slot)?.number === worker.generation
  }

  #forget(): void {
    for (const respawn of this.#respawns.values()) respawn.clear()
    this.#respawns.clear()
    this.#holds.clear()
  }

  #giveUp(worker: WorkerProcess, last: WorkerFailed): void {
    const message = `worker ${worker.slot} is not started again: it died too often; the last time: ${last.message}`
    this.#setting.owner.onFailed(worker, new WorkerFailed('gave-up', message, last, { cause: last }))
  }
}

function leave(worker: WorkerProcess, graceful: boolean): void {
  if (graceful) worker.drain(worker.settings.drainTimeout)
  else worker.terminate(worker.settings.killTimeout)
}
