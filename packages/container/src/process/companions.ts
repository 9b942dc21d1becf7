/**
 * Processes beside the workers with the application loaded: mules work on messages, spoolers on tasks. They are started
 * when the workers serve, replaced when they die, and load new code after the workers have.
 */
import { Master, type MasterOptions, type StopOptions, type WorkerInfo } from '@trivet/prefork'
import type { Role } from '../api/caller.ts'

/** What a kind of companion is started with. */
export interface CompanionOptions {
  readonly role: Role & ('mule' | 'spooler')
  readonly processes: number
  /** Everything but the number and the sockets, of which there are none. */
  readonly options: Omit<MasterOptions, 'listeners' | 'processes'>
}

/** What companions say. */
export interface CompanionOwner {
  event(message: string): void
  line(who: string, text: string): void
}

/** The masters of a container's companions, one for each role. */
export class Companions {
  readonly #masters = new Map<string, Master>()
  readonly #owner: CompanionOwner
  #stopping = false

  constructor(owner: CompanionOwner) {
    this.#owner = owner
  }

  pids(role: Role): readonly number[] {
    return (this.#masters.get(role)?.workers ?? []).flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
  }

  /** Rejects when one does not come up. */
  async start(wanted: readonly CompanionOptions[]): Promise<void> {
    for (const { role, processes, options } of wanted) {
      if (processes === 0 || this.#stopping) continue
      const master = new Master({ ...options, processes, listeners: [] })
      this.#masters.set(role, master)
      this.#follow(role, master)
      await master.start()
    }
  }

  /** Loads new code; what does not come up leaves the old one at work, and says so. */
  async reload(wanted: readonly CompanionOptions[]): Promise<void> {
    for (const { role, processes, options } of wanted) {
      const master = this.#masters.get(role)
      if (master === undefined) await this.start([{ role, processes, options }])
      else if (processes === 0) await this.#end(role, master)
      else await master.reload({ ...options, processes })
    }
  }

  async stop(how: StopOptions): Promise<void> {
    this.#stopping = true
    await Promise.all([...this.#masters.values()].map((master) => master.stop(how)))
  }

  async #end(role: string, master: Master): Promise<void> {
    this.#masters.delete(role)
    await master.stop()
  }

  #follow(role: string, master: Master): void {
    const name = (worker: WorkerInfo): string => `${role} ${worker.slot + 1} (pid: ${worker.pid ?? 'none'})`
    master.on('ready', (worker) => this.#owner.event(`${name(worker)} is ready`))
    master.on('output', (worker, _stream, line) => this.#owner.line(`${role} ${worker.slot + 1}`, line))
    master.on('exit', (worker, code, signal) => {
      if (worker.state !== 'draining' && (signal !== null || code !== 0))
        this.#owner.event(`${name(worker)} left${signal === null ? ` with code ${code}` : `: killed by ${signal}`}`)
    })
    master.on('failed', (worker, error) => {
      if (error.code !== 'exited') this.#owner.event(`${name(worker)} failed: ${error.account || error.message}`)
    })
  }
}
