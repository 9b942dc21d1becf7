/**
 * The processes behind the sockets: the application's workers, and, where these do not speak a front's protocol, front
 * workers that do, and forward over uwsgi to a socket of our own between the two.
 *
 *     client --http--> front workers --uwsgi, inner socket--> application workers
 *     client --uwsgi-----------------------------------------> application workers
 *
 * The application comes up first and goes last, so that a front never has nobody behind it.
 */
import {
  Master,
  type BoundListener,
  type MasterOptions,
  type ReloadOptions,
  type RuntimeFolder,
  type StopOptions,
} from '@trivet/prefork'
import { ContainerError } from '../config/diagnostic.ts'
import type { ContainerConfig } from '../config/model.ts'
import { frontProgram } from '../fronts/program.ts'
import type { WorkerProgram } from '../runtimes/runtime.ts'
import { runtimeOf } from '../runtimes/table.ts'
import { limited } from '../limits/process-limits.ts'
import { hasSurroundings } from '../serving/surroundings.ts'
import { bindInnerSocket } from './inner-socket.ts'

/** What all processes of a container are started with. */
export interface TierSettings {
  /** Node's own options. */
  readonly execArgv: readonly string[]
  /** Added to the environment of all. */
  readonly environment: Readonly<Record<string, string>>
  /** Added to what the application's processes are told. */
  readonly shared: (config: ContainerConfig, role: 'worker' | 'mule' | 'spooler') => Readonly<Record<string, unknown>>
}

/** The masters of one container. */
export class Tiers {
  readonly application: Master
  /** Undefined when the application's workers speak every front's protocol. */
  readonly fronts: Master | undefined
  readonly #inner: BoundListener | undefined
  readonly #settings: TierSettings
  readonly #direct: readonly boolean[]

  /** `listeners`: one per front of the configuration, in its order. Binds the inner socket, where one is needed, in the folder. */
  static async create(
    config: ContainerConfig,
    listeners: readonly BoundListener[],
    folder: RuntimeFolder | undefined,
    settings: TierSettings,
  ): Promise<Tiers> {
    const needed = folder !== undefined && listeners.some((_, index) => !isDirect(config, index))
    const inner = needed ? await bindInnerSocket(folder, config.workers) : undefined
    try {
      return new Tiers(config, listeners, inner, settings)
    } catch (error) {
      inner?.close()
      throw error
    }
  }

  private constructor(
    config: ContainerConfig,
    listeners: readonly BoundListener[],
    inner: BoundListener | undefined,
    settings: TierSettings,
  ) {
    const direct = listeners.filter((_, index) => isDirect(config, index))
    const indirect = listeners.filter((_, index) => !isDirect(config, index))
    this.#direct = layout(config)
    this.#inner = inner
    this.#settings = settings
    const own = inner === undefined ? [] : [inner]
    this.application = new Master({ ...this.#applicationOptions(config), listeners: [...direct, ...own] })
    this.fronts =
      inner === undefined ? undefined : new Master({ ...this.#frontOptions(config, inner), listeners: indirect })
  }

  async start(): Promise<void> {
    await this.application.start()
    await this.fronts?.start()
  }

  /** Rejects when a generation does not come up; the old one of its tier serves on. */
  async reload(config: ContainerConfig, how: ReloadOptions): Promise<void> {
    if (layout(config).join() !== this.#direct.join())
      throw new ContainerError('CONFIG', 'other processes would stand behind the sockets now: that needs a restart')
    await this.application.reload(this.#applicationOptions(config), how)
    if (this.#inner !== undefined) await this.fronts?.reload(this.#frontOptions(config, this.#inner), how)
  }

  /** Connections that wait to be accepted on each front, in the order of the configuration; 0 where the system does not say. */
  listenQueues(): readonly number[] {
    const [direct, indirect] = [this.application, this.fronts].map((master) => [...(master?.listenQueues() ?? [])])
    return this.#direct.map((isOwn) => (isOwn ? direct : indirect)?.shift() ?? 0)
  }

  async stop(how: StopOptions): Promise<void> {
    // A front that drains waits for whom it passes bytes on, and only the application can say goodbye to a WebSocket.
    if (this.fronts !== undefined) this.application.broadcast({ type: 'close-websockets' })
    const fronts = this.fronts?.stop(how)
    if (how.graceful !== false) await fronts
    await Promise.all([fronts, this.application.stop(how)])
    this.#inner?.close()
  }

  #applicationOptions(config: ContainerConfig): Omit<MasterOptions, 'listeners'> {
    const { processes } = config.workers
    // Started and waiting, they need no more than to load the application.
    const spares = config.reloads.sources ? processes : 0
    return { ...applicationOptions(config, 'worker', this.#settings), processes, spares, policy: config.life.policy }
  }

  #frontOptions(config: ContainerConfig, inner: BoundListener): Omit<MasterOptions, 'listeners'> {
    const protocols = config.sockets.fronts.filter((_, index) => !isDirect(config, index))
    const program = frontProgram(
      config,
      protocols.map(({ protocol }) => protocol),
      inner.address,
      this.#settings.execArgv,
    )
    return options(config, config.http.processes, program, this.#settings)
  }
}

/** How a process with the application in it is started; those that serve nothing have no requests to show. */
export function applicationOptions(
  config: ContainerConfig,
  role: 'worker' | 'mule' | 'spooler',
  settings: TierSettings,
): Omit<MasterOptions, 'listeners'> {
  const program = runtimeOf(config).program(config, settings.execArgv)
  const common = options(config, 1, program, settings)
  return { ...common, payload: { ...program.payload, api: settings.shared(config, role) } }
}

/**
 * Whether the application's workers serve a front themselves. What stands before the application is TypeScript: it runs
 * in JavaScript workers, and in the front workers before those of another language.
 */
function isDirect(config: ContainerConfig, front: number): boolean {
  const protocol = config.sockets.fronts[front]?.protocol
  const runtime = runtimeOf(config)
  if (runtime.name !== 'javascript' && hasSurroundings(config.serving)) return false
  return protocol !== undefined && runtime.speaks.includes(protocol)
}

/** For each front, whether it is direct. */
function layout(config: ContainerConfig): readonly boolean[] {
  return config.sockets.fronts.map((_, index) => isDirect(config, index))
}

function options(
  { application, workers, life }: ContainerConfig,
  processes: number,
  program: WorkerProgram,
  { environment }: TierSettings,
): Omit<MasterOptions, 'listeners'> {
  const [command, args] = limited(workers.limits, program.command, program.args)
  return {
    processes,
    cores: program.cores ?? 1,
    zygote: program.zygote ?? false,
    command,
    args,
    env: { ...process.env, ...program.environment, ...application.environment, ...environment },
    cwd: application.directory,
    ...(workers.uid === undefined ? {} : { uid: workers.uid }),
    ...(workers.gid === undefined ? {} : { gid: workers.gid }),
    payload: program.payload,
    drainTimeout: life.mercy,
  }
}
