import { openSync, writeSync } from 'node:fs'
import {
  coreFields,
  coreSize,
  headerFields,
  headerSize,
  recordSize,
  recordStates,
  requestOffset,
  requestSize,
} from './layout.ts'
import type { RecordState } from './layout.ts'

/** Where a worker's record is: as `start` has it. */
export interface RecordLocation {
  readonly path: string
  /** Bytes. */
  readonly offset: number
  readonly cores: number
}

/** The numbers of a record's header that a worker's program keeps; pid, state, heartbeat and busy time are kept for it. */
export type WorkerFigures = Partial<
  Record<Exclude<keyof typeof headerFields, 'pid' | 'state' | 'heartbeat' | 'busyTime'>, number>
>

/** Milliseconds between two heartbeats of a worker that has nothing to tell. */
const heartbeat = 1000

/** A worker's own record. Setting is free; `publish` makes it seen, with one write of about 2 us. */
export class ScoreboardWriter {
  readonly cores: number
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #offset: number
  #fd: number | undefined

  constructor(location: RecordLocation) {
    this.cores = location.cores
    this.#offset = location.offset
    this.#bytes = Buffer.alloc(recordSize(location.cores))
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength)
    this.#attempt(() => (this.#fd = openSync(location.path, 'r+')))
    this.#header('pid', process.pid)
    this.state('starting')
    setInterval(() => this.#beat(), heartbeat).unref()
  }

  /** Set and published at once. */
  state(state: RecordState): void {
    this.#header('state', recordStates.indexOf(state))
    this.publish()
  }

  /** Sets figures of the header. */
  set(figures: WorkerFigures): void {
    for (const [name, value] of Object.entries(figures)) this.#header(name as keyof WorkerFigures, value)
  }

  /** Sets what a core is doing: a request (`METHOD /path`) and, in milliseconds since 1970, when it began and when it must be done (0: no limit). */
  busy(core: number, started: number, deadline: number, request: string): void {
    this.#cell(core, 'started', started)
    this.#cell(core, 'deadline', deadline)
    const at = headerSize + core * coreSize + requestOffset
    const length = this.#bytes.write(request, at + 2, requestSize, 'latin1')
    this.#bytes.writeUInt16LE(length, at)
  }

  /** Sets that a core has nothing to do, and how many requests it has finished. */
  idle(core: number, requests: number): void {
    this.#cell(core, 'started', 0)
    this.#cell(core, 'deadline', 0)
    this.#cell(core, 'requests', requests)
    this.#bytes.writeUInt16LE(0, headerSize + core * coreSize + requestOffset)
  }

  /** Writes the record. One that cannot be written is said once, and harms nothing else. */
  publish(): void {
    const fd = this.#fd
    if (fd === undefined) return
    this.#header('heartbeat', Date.now())
    this.#attempt(() => writeSync(fd, this.#bytes, 0, this.#bytes.length, this.#offset))
  }

  #beat(): void {
    this.#header('busyTime', Math.round(performance.eventLoopUtilization().active * 1000))
    this.publish()
  }

  #header(name: keyof typeof headerFields, value: number): void {
    this.#view.setFloat64(headerFields[name] * 8, value, true)
  }

  #cell(core: number, name: keyof typeof coreFields, value: number): void {
    this.#view.setFloat64(headerSize + core * coreSize + coreFields[name] * 8, value, true)
  }

  #attempt(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#fd = undefined
      const why = error instanceof Error ? error.message : String(error)
      console.error(`the scoreboard cannot be written, so the master does not know what this worker does: ${why}`)
    }
  }
}
