/** A running proxy as an object: start, reload, reopen, stop. Nothing here touches the process it runs in (no signal
 * handlers, no exit): that is the command's business, and other programs can start a proxy by these methods.
 *
 * The order of a reload is nginx's: read and compile, open the logs, bind what is new, raise the new workers, and only
 * when all that has worked let go of the old ones. Whatever fails leaves everything as it was.
 */
import { Master, WorkerFailed } from '@trivet/prefork'
import type { Address, BoundListener, MasterOptions, WorkerInfo } from '@trivet/prefork'
import { constants } from 'node:os'
import { ConfigError, summarize } from '../language/diagnostic.ts'
import { Census } from './census.ts'
import { openErrorLog } from './error-log.ts'
import type { ErrorLog } from './error-log.ts'
import type { Layout } from './layout.ts'
import { BindError, Listeners } from './listeners.ts'
import { plan, readConfig, workerPayload } from './plan.ts'
import type { Plan, TextOptions } from './plan.ts'
import { applyWorkerLimits } from './worker-limits.ts'
import { workerCommand, workerEnvironment } from './worker-command.ts'

export interface ProxyOptions extends TextOptions {
  readonly layout: Layout
  /** Replaces the configuration's error log for what the master says, and takes what workers print. */
  readonly log?: ErrorLog
  readonly output?: (line: string) => void
  /** Sockets that this process inherited; they are used where the configuration names them. */
  readonly inherited?: readonly BoundListener[]
}

export interface StopOptions {
  /** Finish the requests in flight first; default true. */
  readonly graceful?: boolean
  /** Milliseconds to wait for them; default `worker_shutdown_timeout`. */
  readonly timeout?: number
  /** Remove the files of unix sockets; default true. False when another master goes on with them. */
  readonly unlink?: boolean
}

/** Beyond `worker_shutdown_timeout`, before a worker that does not leave is killed. */
const killGrace = 2000

/** Milliseconds that a worker has after SIGTERM. */
const killTimeout = 1000

/** Master and sockets of one proxy. */
export class Proxy {
  readonly #options: ProxyOptions
  readonly #listeners: Listeners
  readonly #census = new Census()
  #plan: Plan
  #log: ErrorLog
  #master: Master | undefined
  #changes: Promise<void> = Promise.resolve()
  #isRaising = false

  /** Takes a compiled configuration; `start` makes it run. */
  constructor(options: ProxyOptions, first: Plan) {
    this.#options = options
    this.#plan = first
    this.#listeners = new Listeners(options.inherited)
    this.#log = options.log ?? openErrorLog(first.errorLogs, first.config.main.user)
  }

  get plan(): Plan {
    return this.#plan
  }

  get log(): ErrorLog {
    return this.#log
  }

  /** What is listened on, with real ports. */
  get addresses(): readonly Address[] {
    return this.#listeners.all.map(({ address }) => address)
  }

  /** The bound sockets, to be handed to a master that shall take over. */
  get listeners(): readonly BoundListener[] {
    return this.#listeners.all
  }

  /** Binds and raises the workers. Throws BindError, or WorkerFailed when they do not come up. */
  async start(): Promise<void> {
    const change = await this.#listeners.change(this.#plan.config.listens)
    change.commit()
    try {
      await this.#raise()
    } catch (error) {
      this.#listeners.close(this.#options.inherited === undefined)
      throw error
    }
  }

  /** Reads the configuration again; on any failure all stays as it was, and the promise rejects. One at a time. */
  reload(): Promise<void> {
    const done = this.#changes.then(() => this.#reload())
    this.#changes = done.catch(() => {})
    return done
  }

  /** Opens all log files anew, here and in the workers. */
  reopen(): void {
    this.#log.reopen(this.#plan.config.main.user)
    try {
      provide(this.#plan)
    } finally {
      this.#master?.broadcast({ type: 'reopen' })
    }
  }

  /** Lets the workers go and keeps the sockets, so that connections wait for the workers of the next reload. */
  async pause(): Promise<void> {
    const master = this.#master
    this.#master = undefined
    await master?.stop()
  }

  /** Ends the workers, then closes the sockets. */
  async stop(how: StopOptions = {}): Promise<void> {
    const { graceful = true } = how
    const timeout = how.timeout ?? (graceful ? drainTimeout(this.#plan) : killTimeout)
    await this.#master?.stop({ graceful, timeout })
    this.#listeners.close(how.unlink)
  }

  async #raise(): Promise<void> {
    provide(this.#plan)
    const master = new Master(this.#masterOptions())
    this.#watch(master)
    this.#census.watch(master)
    this.#master = master
    this.#log.write('notice', 'start worker processes')
    await this.#raising(master.start())
  }

  async #raising(workers: Promise<void>): Promise<void> {
    this.#isRaising = true
    try {
      await workers
    } finally {
      this.#isRaising = false
    }
  }

  async #reload(): Promise<void> {
    const { layout } = this.#options
    const next = await plan(layout, readConfig(layout, this.#options))
    for (const warning of next.config.warnings) this.#log.write('warn', summarize(warning).replace('[warn] ', ''))
    const log = this.#options.log ?? openErrorLog(next.errorLogs, next.config.main.user)
    const change = await this.#listeners.change(next.config.listens)
    try {
      if (this.#master === undefined) {
        this.#plan = next
        change.commit()
        await this.#raise()
      } else {
        provide(next)
        this.#log.write('notice', 'start worker processes')
        await this.#raising(this.#master.reload(this.#masterOptions(next, change.listeners)))
        change.commit()
      }
    } catch (error) {
      change.rollback()
      throw error
    }
    this.#plan = next
    this.#log = log
  }

  #masterOptions(of: Plan = this.#plan, listeners: MasterOptions['listeners'] = this.#listeners.all): MasterOptions {
    const { main } = of.config
    return {
      listeners,
      processes: main.workers,
      ...workerCommand(),
      env: workerEnvironment(main.env),
      payload: workerPayload(this.#options.layout, of),
      drainTimeout: drainTimeout(of),
      killTimeout,
      ...(main.workingDirectory !== undefined && { cwd: main.workingDirectory }),
      ...(main.user !== undefined && { uid: main.user.uid, gid: main.user.gid }),
    }
  }

  #watch(master: Master): void {
    master.on('ready', ({ pid, slot }) => {
      this.#log.write('notice', `start worker process ${pid}`)
      if (pid === undefined) return
      applyWorkerLimits(this.#plan.config.main.limits, pid, slot, (message) => this.#log.write('alert', message))
    })
    master.on('exit', (worker, code, signal) => this.#exited(worker, code, signal))
    master.on('failed', (_worker, error) => {
      // A start or a reload that fails is told by whoever asked for it; this is about workers that were to be replaced.
      if (!this.#isRaising) this.#log.write('alert', describeFailure(error))
    })
    master.on('output', (worker, stream, line) => this.#print(worker, stream, line))
  }

  #exited({ pid }: WorkerInfo, code: number | null, signal: NodeJS.Signals | null): void {
    if (pid === undefined) return
    if (signal === null) this.#log.write('notice', `worker process ${pid} exited with code ${code}`)
    else this.#log.write('alert', `worker process ${pid} exited on signal ${signalNumber(signal)} (${signal})`)
  }

  /** What a worker prints is a line of a log that goes to a standard stream, or something nobody expected. */
  #print(worker: WorkerInfo, stream: 'stdout' | 'stderr', line: string): void {
    if (this.#options.output !== undefined) this.#options.output(line)
    else if (stream === 'stdout') process.stdout.write(`${line}\n`)
    else if (/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[/.test(line)) process.stderr.write(`${line}\n`)
    else this.#log.write('error', `worker process ${worker.pid} printed: ${line}`)
  }
}

/** One line per thing that went wrong, as the error log says it after the level. */
export function explain(error: unknown): readonly string[] {
  if (error instanceof ConfigError) {
    const errors = error.diagnostics.filter(({ severity }) => severity === 'emerg')
    return errors.map((diagnostic) => summarize(diagnostic).replace('[emerg] ', ''))
  }
  if (error instanceof BindError) return error.messages
  if (error instanceof WorkerFailed) return [describeFailure(error)]
  return [error instanceof Error ? error.message : String(error)]
}

function describeFailure(error: WorkerFailed): string {
  return error.message.includes(error.account) ? error.message : `${error.message}: ${error.account}`
}

/** Logs and folders for workers that may not make them. */
function provide({ config: { main, http } }: Plan): void {
  if (main.user === undefined) return
  for (const resource of http?.resources ?? []) resource.provide?.(main.user)
}

function drainTimeout({ config }: Plan): number {
  const { shutdownTimeout } = config.main
  return shutdownTimeout === 0 ? Number.POSITIVE_INFINITY : shutdownTimeout + killGrace
}

function signalNumber(signal: NodeJS.Signals): number {
  return constants.signals[signal]
}
