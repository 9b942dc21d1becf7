import type { Message } from '../control/messages.ts'
import type { Exit, WorkerFailed } from '../error.ts'
import type { ProcessMemory } from '../scoreboard/memory.ts'
import type { WorkerRecord } from '../scoreboard/record.ts'
import type { WorkerState } from './lifecycle.ts'
import type { OutputStream } from './output.ts'

/** What the rest of the world sees of a worker. */
export interface WorkerInfo {
  /** Different for each worker this master ever had. */
  readonly id: number
  /** The place it holds, from 0; its predecessor and its successor have the same. */
  readonly slot: number
  /** Counts the reloads. */
  readonly generation: number
  readonly pid: number | undefined
  readonly state: WorkerState
  /** The last step it reported while it started. */
  readonly step: string
  /** When it was spawned, in milliseconds since 1970. */
  readonly spawned: number
  /** How many workers its slot has had before it. */
  readonly respawns: number
  /** Milliseconds since it became ready; 0 before. */
  readonly uptime: number
  /** What it said with `ready`, such as its applications and mount points. */
  readonly info: unknown
}

/** A worker, and what it and the system say about it at one moment. */
export interface WorkerSnapshot {
  readonly worker: WorkerInfo
  /** Its record on the scoreboard. */
  readonly record: WorkerRecord
  /** Undefined when it has just gone. */
  readonly memory: ProcessMemory | undefined
}

/** Told what a worker does. */
export interface WorkerOwner<Worker extends WorkerInfo> {
  onReady(worker: Worker): void
  onDraining(worker: Worker): void
  onFailed(worker: Worker, error: WorkerFailed): void
  onMessage(worker: Worker, message: Message): void
  onOutput(worker: Worker, stream: OutputStream, line: string): void
  onGone(worker: Worker, exit: Exit): void
}
