import type { ContainerConfig } from '../config/model.ts'
import type { FrontProtocol } from '../config/model/sockets.ts'

/** The languages of applications. */
export type RuntimeName = 'javascript' | 'python'

/** How workers of a language are started. */
export interface WorkerProgram {
  readonly command: string
  readonly args: readonly string[]
  /** Added to the workers' environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Requests that one worker works on at once and shows on the scoreboard, when it is not 1. */
  readonly cores?: number
  /** The workers are forked off a process that has loaded the application. */
  readonly zygote?: boolean
  /** Told to each worker, as JSON. */
  readonly payload: object
}

/** One language. */
export interface Runtime {
  readonly name: RuntimeName
  /** What its workers speak themselves; the other protocols reach them through front workers. */
  readonly speaks: readonly FrontProtocol[]
  /** Whether its processes call their master, over a socket of their own: `import uwsgi`. */
  readonly calls: boolean
  /** Throws ContainerError `START` when the program is not there. */
  program(config: ContainerConfig, execArgv: readonly string[]): WorkerProgram
}
