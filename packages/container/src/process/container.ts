/**
 * The container's master: binds the fronts, starts workers through @trivet/prefork, and owns what must not be left
 * behind: sockets, pid file, watchers. It serves no request itself. Reload raises a new generation of workers before the
 * old one drains; when the new one does not load, the old one stays and the reason is printed.
 */
import { setTimeout as delay } from 'node:timers/promises'
import {
  formatAddress,
  PidFile,
  PreforkError,
  RuntimeFolder,
  WorkerFailed,
  type Address,
  type BoundListener,
  type StopOptions,
  type PolicyAction,
  type ReloadOptions,
  type WorkerInfo,
} from '@trivet/prefork'
import { ContainerError } from '../config/diagnostic.ts'
import type { ContainerConfig } from '../config/model.ts'
import type { Front, FrontProtocol } from '../config/model/sockets.ts'
import { bindFronts } from './bind-fronts.ts'
import { runtimeOf } from '../runtimes/table.ts'
import { ContainerCommands, type ReadAgain } from './commands.ts'
import { giveAway } from '../log/append.ts'
import { filesOf } from '../log/open.ts'
import type { ContainerLog } from './log.ts'
import type { Notifier } from '../systemd/notifier.ts'
import { Operations } from './operations.ts'
import { gatherStatistics, type ContainerStatistics } from './statistics.ts'
import { Sharing } from './sharing.ts'
import { applicationOptions, Tiers, type TierSettings } from './tiers.ts'

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
  #listeners: readonly BoundListener[] = []
  #tiers: Tiers | undefined
  #sharing: Sharing | undefined
  /** Of the sockets between the container's own processes, where they have any. */
  #folder: RuntimeFolder | undefined
  #config: ContainerConfig
  #paused = false
  #stopping: Promise<void> | undefined
  #started = false
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
      }),
      execArgv,
    )
  }

  /** Binds and starts; throws ContainerError `BIND`, `LOAD` or `START` and leaves nothing behind. */
  static async start(config: ContainerConfig, log: ContainerLog, start: ContainerStart = {}): Promise<Container> {
    const container = new Container(config, log, start)
    start.onCreated?.(container)
    try {
      await container.#start()
    } catch (error) {
      await container.stop({ graceful: false })
      throw startError(error)
    }
    return container
  }

  async #start(): Promise<void> {
    const config = this.#config
    await this.#operations.asap()
    this.#goOn()
    this.#listeners = await bindFronts(config)
    this.writePidFiles()
    giveLogAway(config)
    await this.#operations.beforeWorkers()
    this.#goOn()
    const settings = this.#tierSettings()
    this.#folder = runtimeOf(config).calls ? await RuntimeFolder.make() : undefined
    this.#goOn()
    const sharing = await Sharing.open(
      config,
      this.#folder,
      this.#log,
      {
        reload: () => this.commands.reload(),
        stop: () => this.commands.stop({ graceful: true }),
        statistics: () => this.statistics(),
      },
      (changed, role) => applicationOptions(changed, role, settings),
    )
    this.#sharing = sharing
    this.#goOn()
    const tiers = await Tiers.create(config, this.#listeners, this.#folder, settings)
    this.#tiers = tiers
    this.#follow(tiers)
    await tiers.start()
    await sharing.loaded(config, true)
    this.#started = true
    await this.#operations.started()
    this.writePidFiles()
    this.#notifier?.ready(this.#status())
  }

  #status(): string {
    const { processes } = this.#config.workers
    return `${processes} worker${processes === 1 ? '' : 's'} on ${this.addresses.map(({ address }) => formatAddress(address)).join(', ')}`
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

  /** Between two steps of the start: somebody may have stopped it. */
  #goOn(): void {
    if (this.#stopping !== undefined) throw new PreforkError('stopped', 'the container was stopped while it started')
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
    return this.#config.life.termReloads && this.#started
  }

  /** Replaces all workers; rejects with ContainerError `LOAD` or `START`, the old ones serving on, when the new do not come up. */
  async reload(config: ContainerConfig = this.#config, how: ReloadOptions = {}): Promise<void> {
    if (
      JSON.stringify(config.sockets.fronts.map(frontKey)) !== JSON.stringify(this.#config.sockets.fronts.map(frontKey))
    ) {
      throw new ContainerError(
        'CONFIG',
        'the sockets differ: they are bound once, so a changed `socket`, `http-socket` or `http` needs a restart',
      )
    }
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
    if (this.#stopping === undefined)
      for (const listener of this.#listeners) listener.close({ unlink: this.#config.files.vacuum })
    const stop: StopOptions = graceful ? {} : { graceful, timeout: killAfter }
    const ended = Promise.all([this.#tiers?.stop(stop), this.#sharing?.stop(stop)])
    const told = this.#stopping === undefined ? this.#notifier?.stopping() : undefined
    this.#stopping ??= ended.then(() => this.#cleanUp(told))
    return this.#stopping
  }

  /** Opens log files anew, after somebody moved them away. */
  reopenLogs(): void {
    this.#log.reopen()
    giveLogAway(this.#config)
    this.#tiers?.application.broadcast({ type: 'reopen' })
  }

  /** What the scoreboard and the system say now; a worker that is stuck is there too. */
  async statistics(): Promise<ContainerStatistics> {
    await delay(recordDelay)
    return gatherStatistics((await this.#tiers?.application.snapshot()) ?? [], await this.#tiers?.fronts?.snapshot())
  }

  /** Moves log files away and begins others; returns what they are called now. */
  rotateLogs(): string | undefined {
    const moved = this.#log.rotate()
    giveLogAway(this.#config)
    this.#tiers?.application.broadcast({ type: 'reopen' })
    return moved
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
    writePidFile(this.#config.files.pidFile)
    if (this.#started) for (const { path } of this.#config.files.latePidFiles) writePidFile(path)
  }

  #follow({ application, fronts }: Tiers): void {
    const name = (worker: WorkerInfo): string => `worker ${worker.slot + 1} (pid: ${worker.pid ?? 'none'})`
    application.on('spawn', (worker) => this.#operations.workerSpawned(worker.slot, worker.pid))
    application.on('ready', (worker) => {
      this.#log.event(`${name(worker)} is ready${serving(worker.info)}`)
      this.#operations.workerReady(worker.slot, worker.pid)
      if (this.#paused) application.broadcast({ type: 'pause' })
    })
    application.on('output', (worker, _stream, line) => this.#log.output(worker.slot, line))
    // Workers of a generation that did not come up are the business of whoever asked for it.
    const current = (worker: WorkerInfo): boolean => this.#started && worker.generation <= application.generation
    application.on('exit', (worker, code, signal) => {
      if (!current(worker)) return
      this.#log.event(`${name(worker)} left${howItLeft(code, signal)}`)
    })
    application.on('failed', (worker, error) => {
      // One that ran and ended is told by its exit; here are those that did not come up again.
      if (current(worker) && error.code !== 'exited' && error.code !== 'killed')
        this.#log.event(`${name(worker)} failed: ${error.account || error.message}`)
    })
    application.on('action', (action, worker) => this.#log.event(describeAction(action, worker)))
    fronts?.on('output', (worker, _stream, line) => this.#log.output(worker.slot, line, 'front'))
    fronts?.on('exit', (worker, code, signal) => {
      if (!this.#started || this.#stopping !== undefined || worker.generation < fronts.generation) return
      this.#log.event(`front ${worker.slot + 1} (pid: ${worker.pid ?? 'none'}) left${howItLeft(code, signal)}`)
    })
  }

  async #cleanUp(told: Promise<void> | undefined): Promise<void> {
    this.#sharing?.close()
    this.#folder?.remove()
    await this.#operations.stopped()
    const { pidFile, latePidFiles, vacuum } = this.#config.files
    if (pidFile !== undefined && vacuum) new PidFile(pidFile).remove()
    for (const { path, safe } of latePidFiles) if (safe || vacuum) new PidFile(path).remove()
    await told
    this.#log.flush()
    this.#resolveStopped()
  }
}

function serving(info: unknown): string {
  return typeof info === 'object' && info !== null && 'application' in info && 'interface' in info
    ? `, serving ${String(info.application)} (${String(info.interface)})`
    : ''
}

/** What the policy has decided. */
function describeAction(action: PolicyAction, worker: WorkerInfo | undefined): string {
  if (worker === undefined || action.kind === 'resize')
    return `${'size' in action ? `${action.size} worker${action.size === 1 ? '' : 's'} from now on: ` : ''}${action.reason}`
  const name = `worker ${worker.slot + 1} (pid: ${worker.pid ?? 'none'})`
  return action.kind === 'kill' ? `${name} is killed: ${action.reason}` : `${name} is replaced: ${action.reason}`
}

const frontKey = ({ protocol, address }: Front): unknown => [protocol, formatAddress(address)]

function howItLeft(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `: killed by ${signal}`
  return code === 0 ? '' : ` with code ${code}`
}

/** Workers that run as somebody else must be able to append to the log, and to open it anew. */
function giveLogAway({ log, workers: { uid, gid } }: ContainerConfig): void {
  if (uid === undefined && gid === undefined) return
  for (const file of filesOf(log)) giveAway(file, uid, gid)
}

function writePidFile(path: string | undefined): void {
  if (path === undefined) return
  try {
    new PidFile(path).write()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ContainerError('START', `\`pidfile\`: cannot write ${path}: ${why}`, { cause })
  }
}

function startError(error: unknown): unknown {
  // One that was stopped while it started is no failure of the application's.
  if (!(error instanceof WorkerFailed) || error.code === 'stopped') return error
  const loading = error.step === 'load application'
  return new ContainerError(loading ? 'LOAD' : 'START', loading ? error.account : error.message, { cause: error })
}
