/**
 * What a master does beside its workers: hooks, daemons, cron jobs, the FIFO, touched files. Every concern is a class of
 * its own; here is when each begins and ends. The container calls the moments in this order:
 *
 *   asap -> (sockets bound) -> beforeWorkers -> (workers ready) -> started -> reloading -> reloaded ... -> stopping -> stopped
 */
import { ContainerError } from '../config/diagnostic.ts'
import { packageVersion } from '../config/magic.ts'
import type { ContainerConfig } from '../config/model.ts'
import { Cron } from '../cron/cron.ts'
import { Daemons } from '../daemons/daemons.ts'
import type { MasterCommands } from '../fifo/commands.ts'
import { MasterFifo } from '../fifo/master-fifo.ts'
import { HookFailed, Hooks, type HookOwner } from '../hooks/hooks.ts'
import type { HookPhase } from '../hooks/phases.ts'
import { bindToProcessors, limitDescriptors, processorsOf } from '../limits/process-limits.ts'
import { Mules, type MuleOwner, type MuleScript } from '../mules/mules.ts'
import type { ProgramScope } from '../programs/program.ts'
import { runtimeOf } from '../runtimes/table.ts'
import { statsDocument, type StatsSource } from '../stats/document.ts'
import { StatsServer } from '../stats/server.ts'
import type { StatsSettings } from '../stats/settings.ts'
import type { ContainerLog } from './log.ts'
import { titleOf } from './title.ts'
import { Triggers } from './triggers.ts'

/** What the container itself knows for statistics. */
export type Figures = Pick<StatsSource, 'snapshots' | 'frontSnapshots' | 'paused' | 'fronts' | 'queues'>

/** The phases between the bound sockets and the workers. */
const beforeWorkers: readonly HookPhase[] = ['pre-jail', 'post-jail', 'in-jail', 'as-root', 'as-user', 'master-start']

export class Operations {
  readonly #log: ContainerLog
  readonly #commands: MasterCommands
  readonly #execArgv: readonly string[]
  readonly #figures: () => Promise<Figures>
  readonly #hooks: Hooks
  readonly #triggers: Triggers
  readonly #accepted = new Set<number>()
  #config: ContainerConfig
  #daemons: Daemons | undefined
  #cron: Cron | undefined
  #mules: Mules | undefined
  #fifo: MasterFifo | undefined
  #stats: StatsServer | undefined
  #serving = false
  /** Nothing is begun any more. */
  #ending = false

  /** `figures` are those of the workers, of the moment. */
  constructor(
    config: ContainerConfig,
    log: ContainerLog,
    commands: MasterCommands,
    figures: () => Promise<Figures>,
    execArgv: readonly string[],
  ) {
    this.#figures = figures
    this.#execArgv = execArgv
    this.#config = config
    this.#log = log
    this.#commands = commands
    this.#hooks = new Hooks(config.programs.hooks, this.#hookOwner(config))
    this.#triggers = new Triggers({
      ...this.#voice('touch'),
      commands,
      scope: () => this.#scope(),
      act: (hook) => {
        this.#hooks.act('touch', hook).catch((error: unknown) => log.event(messageOf(error)))
      },
    })
  }

  /** What `putenv` hooks added for the workers. */
  get environment(): Readonly<Record<string, string>> {
    return this.#hooks.added
  }

  /** Before the sockets are bound. */
  async asap(): Promise<void> {
    await this.#run('asap')
  }

  /** Before the first workers are started; throws ContainerError `START`. */
  async beforeWorkers(): Promise<void> {
    for (const phase of beforeWorkers) await this.#run(phase)
    if (this.#ending) return
    const { programs, operations, workers, life } = this.#config
    if (workers.limits.descriptors !== undefined) limitDescriptors(workers.limits.descriptors)
    const owner = {
      ...this.#voice('daemon'),
      scope: this.#scope(),
      controlEnded: () => {
        this.#log.event('[daemons] a control daemon has ended: stopping')
        this.#commands.stop({ graceful: true })
      },
    }
    this.#daemons = new Daemons(programs.daemons, owner, Math.min(life.mercy, daemonMercy))
    if (operations.fifos.length > 0) {
      try {
        this.#fifo = new MasterFifo(operations.fifos, this.#commands, workers)
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new ContainerError('START', `\`master-fifo\`: ${why}`, { cause })
      }
    }
    await this.#openStats(operations.stats)
    await this.#run('pre-app')
  }

  /** The workers serve. */
  async started(): Promise<void> {
    await this.#run('post-app')
    if (this.#ending) return
    this.#mules = new Mules(muleScripts(this.#config), this.#muleOwner())
    await this.#mules.start()
    if (this.#ending) return
    this.#cron = new Cron(this.#config.programs.cron, { ...this.#voice('cron'), scope: this.#scope() })
    this.#triggers.watch(this.#config)
  }

  /** Before a new generation is raised. */
  async reloading(config: ContainerConfig): Promise<void> {
    this.#hooks.change(config.programs.hooks, this.#hookOwner(config))
    await this.#run('pre-app')
  }

  /** The new generation did not come up. */
  notReloaded(): void {
    this.#hooks.change(this.#config.programs.hooks, this.#hookOwner(this.#config))
  }

  /** A new generation has taken over; what fails now is told. */
  async reloaded(config: ContainerConfig): Promise<void> {
    this.#config = config
    await this.#run('post-app').catch((error: unknown) => this.#log.event(messageOf(error)))
    if (this.#ending) return
    await this.#daemons?.reload(config.programs.daemons)
    this.#cron?.reload(config.programs.cron)
    if (muleScripts(config).length !== this.#mules?.count)
      this.#log.event('the number of mules has changed: that needs a restart')
    await this.reloadMules().catch((error: unknown) =>
      this.#log.event(`the mules are not replaced: ${messageOf(error)}`),
    )
    await this.#openStats(config.operations.stats).catch((error: unknown) => this.#log.event(messageOf(error)))
    this.#triggers.watch(config)
  }

  /** A worker process has been started. */
  workerSpawned(slot: number, pid: number | undefined): void {
    this.#runOrTell('post-fork', slot, pid)
  }

  /** A worker serves. */
  workerReady(slot: number, pid: number | undefined): void {
    const first = !this.#accepted.has(slot)
    this.#accepted.add(slot)
    const { processors } = this.#config.workers.limits
    if (processors !== undefined && pid !== undefined)
      bindToProcessors(pid, processorsOf(slot, processors), (message) => this.#log.event(message))
    if (!this.#serving && first) this.#runOrTell('accepting1-once', slot, pid)
    this.#serving = true
    if (slot === 0) this.#runOrTell('accepting1', slot, pid)
    if (first) this.#runOrTell('accepting-once', slot, pid)
    this.#runOrTell('accepting', slot, pid)
  }

  /** Replaces the mules; rejects when one does not come up, the old one goes on then. */
  async reloadMules(): Promise<void> {
    await this.#mules?.reload(muleScripts(this.#config), this.#muleOwner())
  }

  /** No more triggers: the container is about to end. Hooks that run are ended. */
  stopping(): void {
    if (!this.#ending) this.#hooks.interrupt()
    this.#ending = true
    this.#triggers.stop()
    this.#fifo?.close()
    this.#stats?.close()
    this.#stats = undefined
  }

  /** The workers have gone: ends what is left. */
  async stopped(): Promise<void> {
    this.stopping()
    await Promise.all([
      this.#daemons?.stop(),
      this.#mules?.stop(),
      this.#cron?.stop(Math.min(this.#config.life.mercy, daemonMercy)),
    ])
    await this.#run('as-user-atexit').catch((error: unknown) => this.#log.event(messageOf(error)))
  }

  async #openStats(settings: StatsSettings | undefined): Promise<void> {
    if (JSON.stringify(settings) === JSON.stringify(this.#stats?.settings)) return
    this.#stats?.close()
    this.#stats = undefined
    if (settings === undefined) return
    const { workers, sockets } = this.#config
    const { event } = this.#voice('stats')
    const owner = { ...workers, mode: sockets.mode, event, document: async () => await this.#document(settings.cores) }
    try {
      this.#stats = await StatsServer.open(settings, owner)
    } catch (cause) {
      throw new ContainerError('START', `\`stats\`: ${messageOf(cause)}`, { cause })
    }
    event(`serving figures on ${this.#stats.address}`)
  }

  async #document(cores: boolean): Promise<object> {
    const { workers, sockets, application } = this.#config
    return statsDocument({
      ...(await this.#figures()),
      version: packageVersion(),
      processes: workers.processes,
      backlog: sockets.backlog,
      directory: application.directory,
      daemons: (this.#daemons?.all ?? []).map((daemon) => ({
        command: daemon.settings.command,
        pid: daemon.pid ?? 0,
        respawns: daemon.respawns,
      })),
      cron: this.#cron?.states ?? [],
      cores,
    })
  }

  #muleOwner(): MuleOwner {
    const { application, workers, life } = this.#config
    return {
      ...this.#scope(),
      directory: application.directory,
      execArgv: this.#execArgv,
      mercy: life.mercy,
      title: (number) => titleOf(workers.titles, `mule ${number}`),
      event: (message) => this.#log.event(message),
      line: (index, text) => this.#log.output(index, text, 'mule'),
      started: (index, pid) => this.#runOrTell('as-mule', index, pid),
    }
  }

  #scope(): ProgramScope {
    const { application, workers } = this.#config
    const environment = { ...application.environment, ...this.#hooks.added }
    return { uid: workers.uid, gid: workers.gid, directory: application.directory, environment }
  }

  #hookOwner({ application: { directory, environment }, workers }: ContainerConfig): HookOwner {
    return { ...workers, directory, environment, ...this.#voice('hook') }
  }

  #voice(who: string): { readonly event: (message: string) => void; readonly line: (text: string) => void } {
    return { event: (message) => this.#log.event(message), line: (text) => this.#log.text(`[${who}] ${text}`) }
  }

  async #run(phase: HookPhase): Promise<void> {
    try {
      await this.#hooks.run(phase)
    } catch (error) {
      if (!(error instanceof HookFailed)) throw error
      throw new ContainerError('START', error.message, { cause: error })
    }
  }

  /** A running container is not taken down by a hook that fails. */
  #runOrTell(phase: HookPhase, slot: number, pid: number | undefined): void {
    const more = { UWSGI_WORKER_ID: String(slot + 1), UWSGI_WORKER_PID: String(pid ?? '') }
    this.#hooks.run(phase, more).catch((error: unknown) => this.#log.event(messageOf(error)))
  }
}

/** The mules of other languages have the application loaded, and are companions. */
function muleScripts(config: ContainerConfig): readonly MuleScript[] {
  return runtimeOf(config).name === 'javascript' ? config.sharing.mules : []
}

/** Milliseconds that daemons and cron jobs get to end, if `reload-mercy` allows no less: uWSGI's three seconds. */
const daemonMercy = 3000

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
