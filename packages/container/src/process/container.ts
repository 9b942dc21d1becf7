/**
 * The container's master: binds the fronts, starts workers through @trivet/prefork, and owns what must not be left
 * behind: sockets, pid file, watchers. It serves no request itself. Reload raises a new generation of workers before the
 * old one drains; when the new one does not load, the old one stays and the reason is printed.
 */
import { closeSync, fchownSync, openSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  formatAddress,
  Master,
  PidFile,
  WorkerFailed,
  type Address,
  type BoundListener,
  type MasterOptions,
  type WorkerInfo,
} from '@trivet/prefork'
import { ContainerError } from '../config/diagnostic.ts'
import type { ContainerConfig } from '../config/model.ts'
import type { Front, FrontProtocol } from '../config/model/sockets.ts'
import type { WorkerPayload } from '../worker/payload.ts'
import { bindFronts } from './bind-fronts.ts'
import type { ContainerLog } from './log.ts'
import { gatherStatistics, type ContainerStatistics } from './statistics.ts'
import { watchTouch } from './touch.ts'

/** A front as it is served: with the real port when 0 was asked for. */
export interface FrontAddress {
  readonly protocol: FrontProtocol
  readonly address: Address
}

/** Milliseconds after which what a worker has done is on the scoreboard, with some to spare. */
const recordDelay = 20

/** Milliseconds from TERM to KILL when a stop is not graceful: long enough to take leave of the master. */
const killAfter = 100

/** A running container. */
export class Container {
  readonly addresses: readonly FrontAddress[]
  /** Resolves when it has stopped and nothing of it is left. */
  readonly stopped: Promise<void>
  readonly #log: ContainerLog
  readonly #listeners: readonly BoundListener[]
  readonly #master: Master
  readonly #execArgv: readonly string[]
  #config: ContainerConfig
  #unwatch: () => void = () => {}
  #stopping: Promise<void> | undefined
  #started = false
  #resolveStopped: () => void = () => {}

  private constructor(
    config: ContainerConfig,
    listeners: readonly BoundListener[],
    log: ContainerLog,
    execArgv: readonly string[],
  ) {
    this.#config = config
    this.#listeners = listeners
    this.#log = log
    this.#execArgv = execArgv
    this.addresses = listeners.map(({ address }, index) => ({
      protocol: config.sockets.fronts[index]?.protocol ?? 'http',
      address,
    }))
    this.stopped = new Promise((resolve) => (this.#resolveStopped = resolve))
    this.#master = new Master({ ...masterOptions(config, execArgv), listeners })
    this.#follow()
  }

  /** Binds and starts; throws ContainerError `BIND`, `LOAD` or `START` and leaves nothing behind. `onCreated` gets hold of it while it starts. */
  static async start(
    config: ContainerConfig,
    log: ContainerLog,
    execArgv: readonly string[] = [],
    onCreated?: (container: Container) => void,
  ): Promise<Container> {
    const listeners = await bindFronts(config)
    const container = new Container(config, listeners, log, execArgv)
    onCreated?.(container)
    try {
      writePidFile(config.files.pidFile)
      giveLogAway(config)
      await container.#master.start()
    } catch (error) {
      await container.stop({ graceful: false })
      throw startError(error)
    }
    container.#started = true
    container.#watch()
    return container
  }

  /** The workers, old generations included. */
  get workers(): readonly WorkerInfo[] {
    return this.#master.workers
  }

  /** Replaces all workers; rejects with ContainerError `LOAD` or `START`, the old ones serving on, when the new do not come up. */
  async reload(config: ContainerConfig = this.#config): Promise<void> {
    if (
      JSON.stringify(config.sockets.fronts.map(frontKey)) !== JSON.stringify(this.#config.sockets.fronts.map(frontKey))
    ) {
      throw new ContainerError(
        'CONFIG',
        'the sockets differ: they are bound once, so a changed `socket`, `http-socket` or `http` needs a restart',
      )
    }
    try {
      await this.#master.reload(masterOptions(config, this.#execArgv))
    } catch (error) {
      throw startError(error)
    }
    this.#config = config
    this.#unwatch()
    this.#watch()
  }

  /** Refuses new connections and ends; gracefully, running requests are finished first, for as long as `worker-reload-mercy` lasts. */
  stop(how: { readonly graceful?: boolean } = {}): Promise<void> {
    const graceful = how.graceful ?? true
    // The sockets go first: whoever connects now is refused at once instead of waiting for nobody.
    if (this.#stopping === undefined)
      for (const listener of this.#listeners) listener.close({ unlink: this.#config.files.vacuum })
    const ended = this.#master.stop(graceful ? {} : { graceful, timeout: killAfter })
    this.#stopping ??= ended.then(() => this.#cleanUp())
    return this.#stopping
  }

  /** Opens log files anew, after somebody moved them away. */
  reopenLogs(): void {
    this.#log.reopen()
    giveLogAway(this.#config)
    this.#master.broadcast({ type: 'reopen' })
  }

  /** What the scoreboard and the system say now; a worker that is stuck is there too. */
  async statistics(): Promise<ContainerStatistics> {
    await delay(recordDelay)
    return gatherStatistics(await this.#master.snapshot())
  }

  #follow(): void {
    const name = (worker: WorkerInfo): string => `worker ${worker.slot + 1} (pid: ${worker.pid ?? 'none'})`
    this.#master.on('ready', (worker) => this.#log.event(`${name(worker)} is ready${serving(worker.info)}`))
    this.#master.on('output', (worker, _stream, line) => this.#log.output(worker.slot, line))
    // Workers of a generation that did not come up are the business of whoever asked for it.
    const current = (worker: WorkerInfo): boolean => this.#started && worker.generation <= this.#master.generation
    this.#master.on('exit', (worker, code, signal) => {
      if (!current(worker)) return
      const how = signal !== null ? `: killed by ${signal}` : code === 0 ? '' : ` with code ${code}`
      this.#log.event(`${name(worker)} left${how}`)
    })
    this.#master.on('failed', (worker, error) => {
      // One that ran and ended is told by its exit; here are those that did not come up again.
      if (current(worker) && error.code !== 'exited')
        this.#log.event(`${name(worker)} failed: ${error.account || error.message}`)
    })
  }

  #watch(): void {
    this.#unwatch = watchTouch(this.#config.reloads.touch, (path) => {
      this.#log.event(`${path} was touched: reloading`)
      this.reload().then(
        () => this.#log.event('reloaded'),
        (error: unknown) =>
          this.#log.event(
            `not reloaded, the old workers serve on: ${error instanceof Error ? error.message : String(error)}`,
          ),
      )
    })
  }

  #cleanUp(): void {
    this.#unwatch()
    if (this.#config.files.pidFile !== undefined && this.#config.files.vacuum)
      new PidFile(this.#config.files.pidFile).remove()
    this.#log.flush()
    this.#resolveStopped()
  }
}

function serving(info: unknown): string {
  return typeof info === 'object' && info !== null && 'application' in info && 'interface' in info
    ? `, serving ${String(info.application)} (${String(info.interface)})`
    : ''
}

const frontKey = ({ protocol, address }: Front): unknown => [protocol, formatAddress(address)]

function masterOptions(config: ContainerConfig, execArgv: readonly string[]): Omit<MasterOptions, 'listeners'> {
  const { application, limits, log, workers, life } = config
  const payload: WorkerPayload = {
    application: application.reference,
    directory: application.directory,
    protocols: config.sockets.fronts.map(({ protocol }) => protocol),
    limits,
    log,
    processes: workers.processes,
    mercy: life.mercy,
  }
  return {
    processes: workers.processes,
    command: process.execPath,
    args: [
      youngGeneration,
      ...execArgv,
      ...sourceCondition(execArgv),
      new URL(`../worker/main${import.meta.filename.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).pathname,
    ],
    env: { ...process.env, ...compileCache(), ...application.environment },
    cwd: application.directory,
    ...(workers.uid === undefined ? {} : { uid: workers.uid }),
    ...(workers.gid === undefined ? {} : { gid: workers.gid }),
    payload,
    drainTimeout: life.mercy,
  }
}

/** Megabytes for what is new: most of a request is garbage when it ends, and a larger nursery is only touched memory. */
const youngGeneration = '--max-semi-space-size=4'

/** Workers share the master's cache of compiled code, where it has one. */
function compileCache(): Readonly<Record<string, string>> {
  const folder = getCompileCacheDir()
  // Node adds a folder for its own version to the one it was given.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}

/** In a checkout the workspace's packages are imported as source. */
function sourceCondition(execArgv: readonly string[]): readonly string[] {
  return import.meta.filename.endsWith('.ts') && !execArgv.includes('--conditions=@trivet/source')
    ? ['--conditions=@trivet/source']
    : []
}

/** Workers that run as somebody else must be able to append to the log, and to open it anew. */
function giveLogAway({ log: { file }, workers: { uid, gid } }: ContainerConfig): void {
  if (file === undefined || (uid === undefined && gid === undefined)) return
  const fd = openSync(file, 'a')
  try {
    fchownSync(fd, uid ?? -1, gid ?? -1)
  } finally {
    closeSync(fd)
  }
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
