/**
 * The container's master: binds the fronts, starts workers through @trivet/prefork, and owns what must not be left
 * behind: sockets, pid files, watchers. It serves no request itself. Reload raises a new generation of workers before the
 * old one drains; when the new one does not load, the old one stays and the reason is printed.
 *
 * Its life: starting -> serving -> stopping. A stop may come at any moment of the start, which then ends at its next step;
 * only when it has ended is what it made cleaned up.
 */
import { setTimeout as delay } from 'node:timers/promises'
import {
  formatAddress,
  PreforkError,
  RuntimeFolder,
  WorkerFailed,
  type Address,
  type BoundListener,
  type StopOptions,
  type WorkerInfo,
} from '@trivet/prefork'
import { ContainerError } from '../config/diagnostic.ts'
import type { ContainerConfig } from '../config/model.ts'
import type { FrontProtocol } from '../config/model/sockets.ts'
import { giveAway } from '../log/append.ts'
import { filesOf } from '../log/open.ts'
import { runtimeOf } from '../runtimes/table.ts'
import type { Notifier } from '../systemd/notifier.ts'
import { bindFronts } from './bind-fronts.ts'
import { ContainerCommands, type ReadAgain } from './commands.ts'
import { checkReload, keptSettings, withFixed } from './fixed-settings.ts'
import type { ContainerLog } from './log.ts'
import { Operations } from './operations.ts'
import { removePidFiles, writePidFiles } from './pid-files.ts'
import { ReloadQueue, type ReloadRequest } from './reload-queue.ts'
import { Sharing } from './sharing.ts'
import { gatherStatistics, type ContainerStatistics } from './statistics.ts'
import { applicationOptions, Tiers, type TierSettings } from './tiers.ts'
import { reportWorkers, type ContainerPhase } from './worker-news.ts'

/** A front as it is served: with the real port when 0 was asked for. */
export interface FrontAddress {
  readonly protocol: FrontProtocol
  readonly address: Address
}

/** Milliseconds after which what a worker has done is on the scoreboard, with some to spare. */
const recordDelay = 20

/** Milliseconds from TERM to KILL when a stop is not graceful: long enough to take leave of the master. */
const killAfter = 100

/** What lies outside a container's configuration. */
export interface ContainerStart {
  /** Node's own options for the workers. */
  readonly execArgv?: readonly string[]
  /** How the configuration is read again on reload. */
  readonly readAgain?: ReadAgain
  /** The service manager, where there is one. */
  readonly notifier?: Notifier | undefined
  /** Gets hold of the container while it starts. */
  readonly onCreated?: (container: Container) => void
}

/** A running container. */
export class Container {
  readonly commands: ContainerCommands
  /** Resolves when it has stopped and nothing of it is left. */
  readonly stopped: Promise<void>
  readonly #log: ContainerLog
  readonly #operations: Operations
  readonly #execArgv: readonly string[]
  readonly #notifier: Notifier | undefined
  readonly #reloads = new ReloadQueue(async (request) => await this.#reloadNow(request))
  #listeners: readonly BoundListener[] = []
  /** Of the sockets between the container's own processes, where they have any. */
  #folder: RuntimeFolder | undefined
  #tiers: Tiers | undefined
  #sharing: Sharing | undefined
  #config: ContainerConfig
  #paused = false
  #phase: ContainerPhase = 'starting'
  #starting: Promise<void> = Promise.resolve()
  #stopping: Promise<void> | undefined
  #resolveStopped: () => void = () => {}

  private constructor(
    config: ContainerConfig,
    log: ContainerLog,
    { execArgv = [], readAgain, notifier }: ContainerStart,
  ) {
    this.#notifier = notifier
    this.#config = config
    this.#log = log
    this.#execArgv = execArgv
    this.stopped = new Promise((resolve) => (this.#resolveStopped = resolve))
    this.commands = new ContainerCommands(this, log, readAgain)
    this.#operations = new Operations(
      config,
      log,
      this.commands,
      async () => ({
        snapshots: (await this.#tiers?.application.snapshot()) ?? [],
        frontSnapshots: await this.#tiers?.fronts?.snapshot(),
        paused: this.#paused,
        fronts: this.addresses,
        queues: this.#tiers?.listenQueues() ?? [],
      }),
      execArgv,
    )
  }

  /** Binds and starts; throws ContainerError `BIND`, `LOAD` or `START` and leaves nothing behind. */
  static async start(config: ContainerConfig, log: ContainerLog, start: ContainerStart = {}): Promise<Container> {
    const container = new Container(config, log, start)
    start.onCreated?.(container)
    container.#starting = container.#start()
    try {
      await container.#starting
    } catch (error) {
      const failed = container.#stopping === undefined
      await container.stop({ graceful: false })
      throw failed ? startError(error) : stoppedMeanwhile()
    }
    return container
  }

  async #start(): Promise<void> {
    const config = this.#config
    checkIdentity(config)
    await this.#step(this.#operations.asap())
    this.#listeners = await bindFronts(config)
    this.#goOn()
    this.writePidFiles()
    giveLogAway(config)
    await this.#step(this.#operations.beforeWorkers())
    if (runtimeOf(config).calls) this.#folder = await RuntimeFolder.make()
    this.#goOn()
    const settings = this.#tierSettings()
    const sharing = await this.#openSharing(settings)
    this.#sharing = sharing
    this.#goOn()
    const tiers = await Tiers.create(config, this.#listeners, this.#folder, settings)
    this.#tiers = tiers
    this.#goOn()
    this.#follow(tiers)
    await this.#step(tiers.start())
    await this.#step(sharing.loaded(config, true))
    this.#phase = 'serving'
    await this.#step(this.#operations.started())
    this.writePidFiles()
    this.#notifier?.ready(this.#status())
    this.#reloads.open()
  }

  #openSharing(settings: TierSettings): Promise<Sharing> {
    const owner = {
      reload: () => this.commands.reload(),
      stop: () => this.commands.stop({ graceful: true }),
      statistics: () => this.statistics(),
    }
    return Sharing.open(this.#config, this.#folder, this.#log, owner, (changed, role) =>
      applicationOptions(changed, role, settings),
    )
  }

  #tierSettings(): TierSettings {
    const operations = this.#operations
    return {
      execArgv: this.#execArgv,
      get environment(): Readonly<Record<string, string>> {
        return operations.environment
      },
      shared: (config, role) => this.#sharing?.payload(config, role) ?? {},
    }
  }

  #status(): string {
    const { processes } = this.#config.workers
    return `${processes} worker${processes === 1 ? '' : 's'} on ${this.addresses.map(({ address }) => formatAddress(address)).join(', ')}`
  }

  /** One step of the start; throws PreforkError `stopped` when somebody has stopped it meanwhile. */
  async #step(done: Promise<void>): Promise<void> {
    await done
    this.#goOn()
  }

  #goOn(): void {
    if (this.#stopping !== undefined) throw stoppedMeanwhile()
  }

  /** Where it serves, in the order of the options. */
  get addresses(): readonly FrontAddress[] {
    return this.#listeners.map(({ address }, index) => ({
      protocol: this.#config.sockets.fronts[index]?.protocol ?? 'http',
      address,
    }))
  }

  /** The workers, old generations included. */
  get workers(): readonly WorkerInfo[] {
    return this.#tiers?.application.workers ?? []
  }

  /** How many workers there are to be at present, and at most. */
  get size(): number {
    return this.#tiers?.application.size ?? 0
  }

  get processes(): number {
    return this.#config.workers.processes
  }

  /** More or fewer workers from now on; those that go finish their requests. */
  resize(size: number): void {
    this.#tiers?.application.resize(size)
  }

  /** TERM is to reload brutally instead of stopping. */
  get termReloads(): boolean {
    return this.#config.life.termReloads && this.#phase === 'serving'
  }

  /**
   * Replaces all workers, as soon as the container serves and the reload before is done; rejects with ContainerError
   * `CONFIG`, `LOAD` or `START`, the old ones serving on, when the new do not come up.
   */
  reload(request: ReloadRequest = {}): Promise<void> {
    return this.#reloads.request(request)
  }

  async #reloadNow({ read, ...how }: ReloadRequest): Promise<void> {
    this.#goOn()
    const wanted = (await read?.()) ?? this.#config
    checkReload(this.#config, wanted)
    const kept = keptSettings(this.#config, wanted)
    const config = withFixed(this.#config, wanted)
    this.#notifier?.reloading()
    try {
      await this.#operations.reloading(config)
      this.#sharing?.loading()
      await this.#tiers?.reload(config, how)
    } catch (error) {
      this.#sharing?.notLoaded()
      this.#operations.notReloaded()
      this.#notifier?.ready(`${this.#status()}; the last reload failed`)
      throw startError(error)
    }
    this.#config = config
    for (const what of kept) this.#log.event(`${what} has changed and stays as it was: that needs a restart`)
    await this.#sharing?.loaded(config, false)
    await this.#operations.reloaded(config)
    this.#notifier?.ready(this.#status())
    if (config.log.reopen) this.reopenLogs()
  }

  /** Refuses new connections and ends; gracefully, running requests are finished first, for as long as `worker-reload-mercy` lasts. */
  stop(how: { readonly graceful?: boolean } = {}): Promise<void> {
    const graceful = how.graceful ?? true
    this.#operations.stopping()
    // The sockets go first: whoever connects now is refused at once instead of waiting for nobody.
    if (this.#stopping === undefined) this.#closeListeners()
    const stop: StopOptions = graceful ? {} : { graceful, timeout: killAfter }
    const ended = Promise.all([this.#tiers?.stop(stop), this.#sharing?.stop(stop)])
    if (this.#stopping !== undefined) return this.#stopping
    if (this.#phase === 'serving') this.#phase = 'stopping'
    const told = this.#notifier?.stopping()
    this.#stopping = ended.then(() => this.#cleanUp(told))
    this.#reloads.open() // those that wait are told
    return this.#stopping
  }

  #closeListeners(): void {
    for (const listener of this.#listeners) listener.close({ unlink: this.#config.files.vacuum })
  }

  /** Opens log files anew, after somebody moved them away. */
  reopenLogs(): void {
    this.#log.reopen()
    this.#logsMoved()
  }

  /** What the scoreboard and the system say now; a worker that is stuck is there too. */
  async statistics(): Promise<ContainerStatistics> {
    await delay(recordDelay)
    return gatherStatistics((await this.#tiers?.application.snapshot()) ?? [], await this.#tiers?.fronts?.snapshot())
  }

  /** Moves log files away and begins others; returns what they are called now. */
  rotateLogs(): string | undefined {
    const moved = this.#log.rotate()
    this.#logsMoved()
    return moved
  }

  #logsMoved(): void {
    try {
      giveLogAway(this.#config)
    } catch (error) {
      // A running container is not taken down by a log file that cannot be had.
      this.#log.event(`the workers may not write to the log: ${error instanceof Error ? error.message : String(error)}`)
    }
    this.#tiers?.application.broadcast({ type: 'reopen' })
  }

  /** Requests that come now wait until it is called again; whether they do. */
  togglePause(): boolean {
    this.#paused = !this.#paused
    this.#tiers?.application.broadcast({ type: this.#paused ? 'pause' : 'resume' })
    return this.#paused
  }

  /** Replaces the mules; rejects when one does not come up. */
  async reloadMules(): Promise<void> {
    await this.#operations.reloadMules()
  }

  /** Writes the pid files anew; throws ContainerError `START` when one cannot be written. */
  writePidFiles(): void {
    writePidFiles(this.#config.files, this.#phase === 'serving')
  }

  #follow(tiers: Tiers): void {
    const { application } = tiers
    reportWorkers(tiers, this.#log, () => this.#phase)
    application.on('spawn', (worker) => this.#operations.workerSpawned(worker.slot, worker.pid))
    application.on('ready', (worker) => {
      this.#operations.workerReady(worker.slot, worker.pid)
      if (this.#paused) application.broadcast({ type: 'pause' })
    })
  }

  async #cleanUp(told: Promise<void> | undefined): Promise<void> {
    await this.#starting.catch(() => {}) // told to whoever started it
    // What the start made after it had been stopped.
    this.#closeListeners()
    await Promise.all([this.#tiers?.stop({ graceful: false }), this.#sharing?.stop({ graceful: false })])
    this.#sharing?.close()
    this.#folder?.remove()
    await this.#operations.stopped()
    removePidFiles(this.#config.files)
    await told
    this.#log.flush()
    this.#resolveStopped()
  }
}

/** Throws ContainerError `START` when workers are to be somebody whom this process cannot make them. */
function checkIdentity({ workers: { uid, gid } }: ContainerConfig): void {
  const [own, ownGroup] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0]
  const differs = (uid ?? own) !== own || (gid ?? ownGroup) !== ownGroup
  if (own !== 0 && differs)
    throw new ContainerError(
      'START',
      '`uid`, `gid`: only root can run workers as somebody else, and this is user ' + own,
    )
}

/** Workers that run as somebody else must be able to append to the log, and to open it anew. */
function giveLogAway({ log, workers: { uid, gid } }: ContainerConfig): void {
  if (uid === undefined && gid === undefined) return
  for (const file of filesOf(log)) giveAway(file, uid, gid)
}

function stoppedMeanwhile(): PreforkError {
  return new PreforkError('stopped', 'the container was stopped meanwhile')
}

function startError(error: unknown): unknown {
  if (!(error instanceof WorkerFailed) || error.code === 'stopped') return error
  const loading = error.step === 'load application'
  return new ContainerError(loading ? 'LOAD' : 'START', loading ? error.account : error.message, { cause: error })
}
