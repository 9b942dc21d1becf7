/** An `error_log` of an inner block: its files are opened when the configuration is put to use, not when it is tested. */
import {
  giveLogFile,
  openErrorLog,
  type ErrorLog,
  type ErrorLogTarget,
  type LogLevel,
  type Owner,
} from '../process/error-log.ts'

/** A log that is opened later. */
export class DeferredErrorLog implements ErrorLog {
  readonly targets: readonly ErrorLogTarget[]
  #log: ErrorLog | undefined

  constructor(targets: readonly ErrorLogTarget[]) {
    this.targets = targets
  }

  /** Makes its files for workers that run as somebody else. */
  provide(owner: Owner): void {
    for (const { file } of this.targets) if (file !== undefined) giveLogFile(file, owner)
  }

  open(): void {
    this.#log ??= openErrorLog(this.targets)
  }

  write(level: LogLevel, message: string, connection?: number): void {
    this.#log?.write(level, message, connection)
  }

  enabled(level: LogLevel): boolean {
    return this.#log?.enabled(level) === true
  }

  verbose(): ErrorLog {
    return this.#log?.verbose() ?? this
  }

  reopen(): void {
    this.#log?.reopen()
  }
}
