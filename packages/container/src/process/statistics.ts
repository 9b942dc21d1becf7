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

/** The figures of all workers, old generations included. */
export interface ContainerStatistics {
  /** By slot. */
  readonly workers: readonly WorkerStatistics[]
  /** Answered by the workers that live now. */
  readonly requests: number
  readonly connections: number
}

/** Figures of a moment. */
export function gatherStatistics(snapshots: readonly WorkerSnapshot[]): ContainerStatistics {
  const workers = snapshots.map(workerStatistics).sort((a, b) => a.slot - b.slot || a.id - b.id)
  const sum = (key: 'requests' | 'connections'): number => workers.reduce((total, worker) => total + worker[key], 0)
  return { workers, requests: sum('requests'), connections: sum('connections') }
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
