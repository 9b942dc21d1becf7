/** What went wrong, for programs: API, while the wording of messages is not. */
export type PreforkErrorCode =
  | 'address-in-use'
  | 'address-denied'
  | 'address-invalid'
  | 'bind-failed'
  | 'not-a-socket'
  | 'no-master'
  | 'master-gone'
  | 'protocol'
  | 'wrong-state'
  | 'option-invalid'
  | 'stopped'
  | 'spawn-failed'
  | 'start-failed'
  | 'start-timeout'
  | 'exited'
  | 'hung'
  | 'killed'
  | 'gave-up'

/** Every error of this package. */
export class PreforkError extends Error {
  override readonly name: string = 'PreforkError'
  readonly code: PreforkErrorCode

  constructor(code: PreforkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** How a process ended: `code` is null when a signal ended it. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What is known about a worker that failed. */
export interface FailureDetails {
  readonly slot: number
  readonly pid: number | undefined
  /** The last step the worker reported, or the step of the handshake it had reached. */
  readonly step: string
  /** The worker's own traceback, when it could send one. */
  readonly trace: string | undefined
  readonly exit: Exit | undefined
  /** The last lines of the worker's standard error, oldest first. */
  readonly lastLines: readonly string[]
}

/** A worker did not come up, or cannot be kept up; its message carries the worker's own words. */
export class WorkerFailed extends PreforkError {
  override readonly name: string = 'WorkerFailed'
  readonly slot: number
  readonly pid: number | undefined
  readonly step: string
  readonly trace: string | undefined
  readonly exit: Exit | undefined
  readonly lastLines: readonly string[]

  constructor(code: PreforkErrorCode, message: string, details: FailureDetails, options?: ErrorOptions) {
    super(code, message, options)
    this.slot = details.slot
    this.pid = details.pid
    this.step = details.step
    this.trace = details.trace
    this.exit = details.exit
    this.lastLines = details.lastLines
  }

  /** The worker's own account: its traceback, or else the last lines it wrote to standard error. */
  get account(): string {
    return this.trace ?? this.lastLines.join('\n')
  }
}
