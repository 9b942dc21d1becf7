import type { Readable } from 'node:stream'
import type { Exit } from '../error.ts'

/** A worker's process as its owner sees it, whoever made it. */
export interface ProcessHandle {
  /** Undefined until it is known, and when there is none. */
  readonly pid: number | undefined
  /** Sends a signal; a process that is gone gets none. */
  kill(signal: NodeJS.Signals): void
}

/** Told what becomes of a process. */
export interface ProcessListener {
  /** It could not be made. */
  neverBorn(cause: Error): void
  /** One of its streams of output, to be read to its end. */
  output(stream: 'stdout' | 'stderr', source: Readable): void
  /** It has ended; some output may still come. */
  exited(exit: Exit): void
  /** It has ended and all its output has come. */
  closed(exit: Exit): void
}

/** Makes the process of the worker with this token; `token` where the process has one already. */
export interface Launch {
  (token: string, listener: ProcessListener): ProcessHandle
  readonly token?: string
}
