/**
 * uWSGI's statistics (uwsgi_master_generate_stats in its core/master_utils.c): the same names in the same shape, so that
 * what reads them, such as uwsgitop, reads these. What has no counterpart here is 0.
 */
import { formatAddress, type WorkerSnapshot } from '@trivet/prefork'
import type { FrontAddress } from '../process/container.ts'
import { gatherQueue } from '../process/statistics.ts'
import type { CronState } from '../cron/cron.ts'

/** What a document is made of. */
export interface StatsSource {
  readonly version: string
  readonly snapshots: readonly WorkerSnapshot[]
  /** Of the front workers, where there are some. */
  readonly frontSnapshots: readonly WorkerSnapshot[] | undefined
  /** How many workers the configuration wants; those that are not there are `cheap`. */
  readonly processes: number
  readonly paused: boolean
  readonly fronts: readonly FrontAddress[]
  readonly backlog: number
  /** Connections that wait to be accepted, for each front. */
  readonly queues: readonly number[]
  readonly directory: string
  readonly daemons: readonly { readonly command: string; readonly pid: number; readonly respawns: number }[]
  readonly cron: readonly CronState[]
  readonly cores: boolean
}

/** The document, ready for JSON. */
export function statsDocument(source: StatsSource): object {
  const sockets = source.fronts.map((front, index) => socketOf(front, source.backlog, source.queues[index] ?? 0))
  const queue = Math.max(0, ...sockets.map((socket) => socket.queue))
  const workers = Array.from({ length: slotsOf(source) }, (_, slot) => workerOf(source, slot))
  return {
    version: source.version,
    listen_queue: queue,
    listen_queue_errors: 0,
    signal_queue: 0,
    load: queue,
    pid: process.pid,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    cwd: source.directory,
    ...(source.daemons.length === 0
      ? {}
      : { daemons: source.daemons.map(({ command, pid, respawns }) => ({ cmd: command, pid, respawns })) }),
    // Ours alone: uWSGI's http router tells nobody who waits in it.
    ...(source.frontSnapshots === undefined ? {} : { request_queue: queueOf(source.frontSnapshots) }),
    locks: [],
    sockets,
    workers,
    ...(source.cron.length === 0 ? {} : { crons: source.cron.map(cronOf) }),
  }
}

function queueOf(fronts: readonly WorkerSnapshot[]): object {
  const { length, oldestWait, refused, timedOut } = gatherQueue(fronts, Date.now())
  return { length, oldest_wait: oldestWait, refused, timed_out: timedOut }
}

function slotsOf({ processes, snapshots }: StatsSource): number {
  return Math.max(processes, ...snapshots.map(({ worker }) => worker.slot + 1))
}

function socketOf({ protocol, address }: FrontAddress, backlog: number, queue: number) {
  return {
    name: 'path' in address ? formatAddress(address).replace(/^unix:/, '') : formatAddress(address),
    proto: protocol,
    queue,
    max_queue: backlog,
    shared: 0,
    can_offload: 0,
  }
}

/** A slot's worker: during a reload the one that serves, of those the newest. */
function current(snapshots: readonly WorkerSnapshot[], slot: number): WorkerSnapshot | undefined {
  const own = snapshots.filter(({ worker }) => worker.slot === slot).toSorted((a, b) => b.worker.id - a.worker.id)
  return own.find(({ worker }) => worker.state === 'ready') ?? own[0]
}

function workerOf(source: StatsSource, slot: number): object {
  const found = current(source.snapshots, slot)
  const { worker, record, memory } = found ?? {}
  const ready = worker?.state === 'ready'
  const requests = record?.requests ?? 0
  const busy = (record?.inFlight ?? 0) > 0
  return {
    id: slot + 1,
    pid: worker?.pid ?? 0,
    accepting: ready && !source.paused ? 1 : 0,
    requests,
    delta_requests: requests,
    exceptions: record?.exceptions ?? 0,
    harakiri_count: record?.harakiri ?? 0,
    signals: 0,
    signal_queue: 0,
    status: found === undefined ? 'cheap' : busy ? 'busy' : source.paused ? 'pause' : 'idle',
    rss: memory?.rss ?? 0,
    vsz: memory?.vsz ?? 0,
    running_time: record?.runningTime ?? 0,
    last_spawn: Math.floor((worker?.spawned ?? 0) / 1000),
    respawn_count: worker === undefined ? 0 : worker.respawns + 1,
    tx: record?.bytesSent ?? 0,
    avg_rt: record?.responseTime ?? 0,
    apps: found === undefined ? [] : [appOf(found, source.directory)],
    ...(source.cores ? { cores: (record?.cores ?? []).map(coreOf) } : {}),
  }
}

function appOf({ worker, record }: WorkerSnapshot, directory: string): object {
  const loading = worker.uptime === 0 ? 0 : Date.now() - worker.spawned - worker.uptime
  return {
    id: 0,
    modifier1: 0,
    mountpoint: '',
    startup_time: Math.max(0, Math.round(loading / 1000)),
    requests: record.requests,
    exceptions: record.exceptions,
    chdir: directory,
  }
}

function coreOf(core: WorkerSnapshot['record']['cores'][number], id: number): object {
  const { started, requests, request } = core
  const [method = '', ...path] = request.split(' ')
  const runs = started > 0
  return {
    id,
    requests,
    static_requests: 0,
    routed_requests: 0,
    offloaded_requests: 0,
    write_errors: 0,
    read_errors: 0,
    in_request: runs ? 1 : 0,
    vars: runs ? [`REQUEST_METHOD=${method}`, `REQUEST_URI=${path.join(' ')}`] : [],
    req_info: runs ? { request_start: Math.floor(started / 1000) } : {},
  }
}

function cronOf({ settings, pid, startedAt }: CronState): object {
  return {
    ...settings.rule,
    command: settings.command,
    unique: settings.unique ? 1 : 0,
    legion: '',
    pid: pid ?? -1,
    started_at: startedAt,
  }
}
