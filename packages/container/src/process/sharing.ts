/**
 * What the processes of a container have in common beside their sockets: the calls to the master (`import uwsgi`), mules
 * and spoolers. Each load of the application is an epoch, so that what an old one registered does not outlive it.
 */
import type { RuntimeFolder, StopOptions } from '@trivet/prefork'
import { Api, type ApiOwner } from '../api/api.ts'
import type { Value } from '../api/value.ts'
import type { ContainerConfig } from '../config/model.ts'
import { runtimeOf } from '../runtimes/table.ts'
import { explain } from './explain.ts'
import { Companions, type CompanionOptions } from './companions.ts'
import type { ContainerLog } from './log.ts'
import type { ContainerStatistics, WorkerStatistics } from './statistics.ts'

/** What sharing asks of its container. */
export interface SharingOwner {
  reload(): void
  stop(): void
  statistics(): Promise<ContainerStatistics>
}

/** How companions of a configuration are started, but for their role and number. */
export type CompanionProgram = (config: ContainerConfig, role: 'mule' | 'spooler') => CompanionOptions['options']

export class Sharing {
  readonly #api: Api | undefined
  readonly #companions: Companions
  readonly #program: CompanionProgram
  readonly #log: ContainerLog
  readonly #started = Math.floor(Date.now() / 1000)
  #epoch = 0
  /** The epoch that serves. */
  #active = -1

  private constructor(api: Api | undefined, companions: Companions, program: CompanionProgram, log: ContainerLog) {
    this.#api = api
    this.#companions = companions
    this.#program = program
    this.#log = log
  }

  /** `folder`: for the socket of the calls; undefined where the runtime makes none. */
  static async open(
    config: ContainerConfig,
    folder: RuntimeFolder | undefined,
    log: ContainerLog,
    owner: SharingOwner,
    program: CompanionProgram,
  ): Promise<Sharing> {
    const companions = new Companions({
      event: (message) => log.event(message),
      line: (who, text) => log.text(`[${who}] ${text}`),
    })
    const { sharing, workers } = config
    const api =
      folder === undefined ? undefined : await Api.open(folder, sharing, workers, apiOwner(owner, log, companions))
    return new Sharing(api, companions, program, log)
  }

  /** What a process of the present epoch is told, as JSON; nothing where it calls nobody. */
  payload({ sharing }: ContainerConfig, role: 'worker' | 'mule' | 'spooler'): Readonly<Record<string, unknown>> {
    if (this.#api === undefined) return {}
    const { spooler } = sharing
    return {
      place: this.#api.place,
      role,
      epoch: this.#epoch,
      masterPid: process.pid,
      started: this.#started,
      options: sharing.given,
      caches: sharing.caches.length > 0,
      mules: sharing.mules.length,
      muleFiles: sharing.mules.map((file) => file ?? null),
      messageSize: sharing.messageSize,
      spoolers: spooler.folders,
      spoolerProcesses: spooler.processes,
      spoolerFrequency: spooler.frequency,
      spoolerHarakiri: spooler.harakiri,
      spoolerMaxTasks: spooler.maxTasks,
    }
  }

  /** Before new code is loaded. */
  loading(): void {
    this.#epoch += 1
  }

  /** It did not load, or was not even tried: the epoch before goes on. */
  notLoaded(): void {
    if (this.#epoch !== this.#active) this.#api?.discard(this.#epoch)
  }

  /** It serves: companions follow. Rejects when one does not come up, at the start. */
  async loaded(config: ContainerConfig, first: boolean): Promise<void> {
    this.#active = this.#epoch
    this.#api?.activate(this.#epoch)
    const wanted = this.#wanted(config)
    if (first) return await this.#companions.start(wanted)
    await this.#companions
      .reload(wanted)
      .catch((error: unknown) => this.#log.event(`mules and spoolers are not reloaded: ${explain(error)}`))
  }

  async stop(how: StopOptions): Promise<void> {
    this.#api?.quiet()
    await this.#companions.stop(how)
  }

  close(): void {
    this.#api?.close()
  }

  #wanted(config: ContainerConfig): readonly CompanionOptions[] {
    const { mules, spooler } = config.sharing
    const rows = [
      // Those in JavaScript are scripts of their own, without the application: see mules/.
      ['mule', runtimeOf(config).name === 'javascript' ? 0 : mules.length],
      ['spooler', spooler.folders.length * spooler.processes],
    ] as const
    return rows.map(([role, processes]) => ({ role, processes, options: this.#program(config, role) }))
  }
}

function apiOwner(owner: SharingOwner, log: ContainerLog, companions: Companions): ApiOwner {
  return {
    log: (text) => log.event(text),
    reload: () => owner.reload(),
    stop: () => owner.stop(),
    workers: async () => (await owner.statistics()).workers.map(workerValue),
    totalRequests: async () => (await owner.statistics()).requests,
    spoolerPids: () => companions.pids('spooler'),
  }
}

/** uWSGI's `uwsgi.workers()` (plugins/python/uwsgi_pymodule.c, py_uwsgi_workers). */
function workerValue(worker: WorkerStatistics): Value {
  return {
    id: worker.slot + 1,
    pid: worker.pid ?? 0,
    requests: worker.requests,
    delta_requests: worker.requests,
    signals: 0,
    exceptions: worker.exceptions,
    status: worker.inFlight > 0 ? 'busy' : 'idle',
    rss: worker.rss,
    vsz: worker.vsz,
    running_time: Math.round(worker.runningTime),
    last_spawn: Math.floor(worker.spawned / 1000),
    respawn_count: worker.respawns + 1,
    tx: worker.bytesSent,
    avg_rt: Math.round(worker.responseTime),
    apps: [],
  }
}
