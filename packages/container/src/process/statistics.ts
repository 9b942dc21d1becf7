import type { CoreRecord, WorkerSnapshot } from '@trivet/prefork'

/** A worker's figures, from its record on the scoreboard and from the system. */
export interface WorkerStatistics {
  readonly id: number
  /** From 0. */
  readonly slot: number
  readonly pid: number | undefined
  /** Counts the reloads. */
  readonly generation: number
  readonly state: 'starting' | 'ready' | 'draining' | 'gone'
  /** Requests answered by this process. */
  readonly requests: number
  /** Requests it works on. */
  readonly inFlight: number
  /** Open client connections. */
  readonly connections: number
  /** Errors that the application raised. */
  readonly exceptions: number
  /** Requests ended by harakiri. */
  readonly harakiri: number
  /** Bytes of responses. */
  readonly bytesSent: number
  /** Microseconds spent on requests, in sum. */
  readonly runningTime: number
  /** Microseconds that recent requests took on average. */
  readonly responseTime: number
  /** Bytes of memory, resident and mapped; 0 when unknown. */
  readonly rss: number
  readonly vsz: number
  /** When it was spawned, in milliseconds since 1970. */
  readonly spawned: number
  /** How many processes its slot has had before. */
  readonly respawns: number
  /** When its loop last turned, in milliseconds since 1970. */
  readonly heartbeat: number
  /** What each of its cores works on; `started` 0 is idle. A worker in JavaScript has one, with its oldest request. */
  readonly cores: readonly CoreRecord[]
}

/** Requests at the fronts that forward to workers of another language. */
export interface QueueStatistics {
  /** Those that no worker has taken up. */
  readonly length: number
  /** Milliseconds for which the first of them has waited. */
  readonly oldestWait: number
  /** Those that were answered with 502, as the workers' socket was full or nobody was there. */
  readonly refused: number
  /** Those that were answered with 504, as no worker answered in time. */
  readonly timedOut: number
}

/** The figures of all workers, old generations included. */
export interface ContainerStatistics {
  /** By slot. */
  readonly workers: readonly WorkerStatistics[]
  /** Answered by the workers that live now. */
  readonly requests: number
  readonly connections: number
  /** Counted by the front workers that live now; undefined when the application's workers serve their clients themselves. */
  readonly queue: QueueStatistics | undefined
}

/** Figures of a moment; `fronts`: of the front workers, where there are some. */
export function gatherStatistics(
  snapshots: readonly WorkerSnapshot[],
  fronts: readonly WorkerSnapshot[] | undefined,
): ContainerStatistics {
  const workers = snapshots.map(workerStatistics).sort((a, b) => a.slot - b.slot || a.id - b.id)
  const sum = (key: 'requests' | 'connections'): number => workers.reduce((total, worker) => total + worker[key], 0)
  const queue = fronts === undefined ? undefined : gatherQueue(fronts, Date.now())
  return { workers, requests: sum('requests'), connections: sum('connections'), queue }
}

/** What all fronts know of the queue together. */
export function gatherQueue(fronts: readonly WorkerSnapshot[], now: number): QueueStatistics {
  const sum = (key: 'queued' | 'queueRefused' | 'queueTimedOut'): number =>
    fronts.reduce((total, { record }) => total + record[key], 0)
  const since = Math.min(now, ...fronts.map(({ record }) => record.queuedSince || now))
  return {
    length: sum('queued'),
    oldestWait: now - since,
    refused: sum('queueRefused'),
    timedOut: sum('queueTimedOut'),
  }
}

function workerStatistics({ worker, record, memory }: WorkerSnapshot): WorkerStatistics {
  const { id, slot, pid, generation, state, spawned, respawns } = worker
  const { requests, inFlight, connections, exceptions, harakiri, bytesSent, runningTime, responseTime } = record
  return {
    id,
    slot,
    pid,
    generation,
    state,
    spawned,
    respawns,
    requests,
    inFlight,
    connections,
    exceptions,
    harakiri,
    bytesSent,
    runningTime,
    responseTime,
    rss: memory?.rss ?? 0,
    vsz: memory?.vsz ?? 0,
    heartbeat: record.heartbeat,
    cores: record.cores,
  }
}
