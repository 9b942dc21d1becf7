/** What all connections of a worker share. */
import type { AddressMatcher } from '../model/address-matcher.ts'
import type { ErrorLog } from '../process/error-log.ts'
import type { Connection } from './connection.ts'
import type { Counters } from './counters.ts'
import { FileCache } from './file-cache.ts'

/** How often timeouts are looked at, in milliseconds: a timeout is late by at most this much. */
const sweepInterval = 100

/** The running proxy as its connections see it. */
export class Service {
  readonly log: ErrorLog
  /** The log of connections that `debug_connection` names. */
  readonly verboseLog: ErrorLog
  readonly slots: number
  /** How many connections there may be at a time. */
  readonly capacity: number
  readonly connections: Set<Connection> = new Set()
  readonly files: FileCache = new FileCache()
  /** True when the worker is to go: connections close after their current request. */
  draining = false
  onIdle: (() => void) | undefined
  readonly statistics = { accepted: 0, requests: 0 }
  /** Asks all workers for their counters; undefined where there is one process only. */
  askAll: (() => Promise<Counters>) | undefined
  readonly #debugged: readonly AddressMatcher[]
  readonly #timer: NodeJS.Timeout

  constructor(log: ErrorLog, slots: number, capacity: number, debugged: readonly AddressMatcher[]) {
    this.log = log
    this.verboseLog = log.verbose()
    this.#debugged = debugged
    this.slots = slots
    this.capacity = capacity
    this.#timer = setInterval(() => this.#sweep(), sweepInterval)
    this.#timer.unref()
  }

  /** Whether `debug_connection` names a client. */
  debugs(clientAddress: string): boolean {
    return this.#debugged.length > 0 && this.#debugged.some((isMeant) => isMeant(clientAddress))
  }

  /** This worker's counters. */
  counters(): Counters {
    const phases = { reading: 0, writing: 0, waiting: 0, closing: 0 }
    for (const { phase } of this.connections) phases[phase]++
    const { reading, writing, waiting } = phases
    return { active: this.connections.size, ...this.statistics, reading, writing, waiting }
  }

  /** Begins to drain: idle connections close in a moment. */
  drain(): void {
    this.draining = true
    for (const connection of this.connections) connection.hurryIfIdle()
    this.#checkIdle()
  }

  /** Forgets a closed connection. */
  remove(connection: Connection): void {
    this.connections.delete(connection)
    this.#checkIdle()
  }

  /** Ends everything. */
  close(): void {
    clearInterval(this.#timer)
    for (const connection of this.connections) connection.destroy()
  }

  #checkIdle(): void {
    if (this.draining && this.connections.size === 0) this.onIdle?.()
  }

  #sweep(): void {
    const now = Date.now()
    for (const connection of this.connections) connection.checkDeadline(now)
  }
}
