/** The life of the master process: pid file, signals, notices. The words of the notices are nginx's, because programs
 * wait for them.
 *
 *     QUIT  finish requests, then leave     HUP    read the configuration again
 *     TERM  leave at once (INT too)         USR1   open log files anew
 *     WINCH let the workers go (a daemon's only: a terminal sends it when its window changes)
 *     USR2  start a new master beside this one (upgrade.ts)
 */
import { PidFile, type BoundListener } from '@trivet/prefork'
import { constants } from 'node:os'
import { daemonReady, isDaemonized } from './daemon.ts'
import type { ErrorLog } from './error-log.ts'
import { explain } from './proxy.ts'
import { Succession } from './succession.ts'

/** What the signals do to whatever runs. */
export interface Subject {
  readonly log: ErrorLog
  start(): Promise<void>
  /** `unlink`: remove the files of unix sockets, which nobody else goes on with. */
  quit(unlink: boolean): Promise<void>
  terminate(unlink: boolean): Promise<void>
  reload(): Promise<void>
  reopen(): void
  pause(): Promise<void>
  /** What to hand to a new master; undefined where there can be none. */
  readonly listeners: readonly BoundListener[] | undefined
}

/** As long as a timer can be. */
const longInterval = 2 ** 31 - 1

/** A process from its pid file to its exit. */
export class Life {
  ending = false
  readonly #pid: PidFile
  readonly #succession = new Succession()
  #isPaused = false
  readonly #subject: Subject

  constructor(pid: PidFile, subject: Subject) {
    this.#pid = pid
    this.#subject = subject
  }

  /** Everything listens: others may know. */
  begin(): void {
    this.#pid.write()
    // Signal handlers do not keep a process alive, and after WINCH there are no workers that would.
    setInterval(() => {}, longInterval)
    daemonReady()
  }

  handlers(): Partial<Record<NodeJS.Signals, () => void>> {
    return {
      SIGQUIT: () => this.#end('SIGQUIT', ', shutting down', (unlink) => this.#subject.quit(unlink)),
      SIGTERM: () => this.#end('SIGTERM', ', exiting', (unlink) => this.#subject.terminate(unlink)),
      SIGINT: () => this.#end('SIGINT', ', exiting', (unlink) => this.#subject.terminate(unlink)),
      SIGHUP: () => this.#reload(),
      SIGUSR1: () => this.#reopen(),
      SIGUSR2: () => this.#upgrade(),
      SIGWINCH: () => this.#pause(),
    }
  }

  #upgrade(): void {
    const { log, listeners } = this.#subject
    if (this.#succession.sharesSockets || listeners === undefined) return this.#notice('SIGUSR2', ', ignoring')
    this.#notice('SIGUSR2', ', changing binary')
    log.write('notice', 'changing binary')
    this.#succession.begin(this.#pid, listeners, log, () => {
      if (this.#isPaused && !this.ending) this.#reloadNow()
    })
  }

  #notice(signal: NodeJS.Signals, action: string): void {
    this.#subject.log.write('notice', `signal ${constants.signals[signal]} (${signal}) received${action}`)
  }

  #end(signal: NodeJS.Signals, action: string, how: (unlink: boolean) => Promise<void>): void {
    this.#notice(signal, action)
    this.ending = true
    how(!this.#succession.sharesSockets).then(
      () => this.#exit(0),
      (error: unknown) => {
        for (const message of explain(error)) this.#subject.log.write('alert', message)
        this.#exit(1)
      },
    )
  }

  #exit(code: number): void {
    this.#pid.remove()
    this.#subject.log.write('notice', 'exit')
    process.exit(code)
  }

  #reload(): void {
    this.#notice('SIGHUP', ', reconfiguring')
    this.#subject.log.write('notice', 'reconfiguring')
    this.#reloadNow()
  }

  #reloadNow(): void {
    this.#isPaused = false
    this.#subject.reload().catch((error: unknown) => {
      if (this.ending) return
      for (const message of explain(error)) this.#subject.log.write('emerg', message)
    })
  }

  #reopen(): void {
    this.#notice('SIGUSR1', ', reopening logs')
    this.#subject.log.write('notice', 'reopening logs')
    try {
      this.#subject.reopen()
    } catch (error) {
      for (const message of explain(error)) this.#subject.log.write('emerg', message)
    }
  }

  #pause(): void {
    if (!isDaemonized()) return this.#notice('SIGWINCH', '')
    this.#notice('SIGWINCH', ', stop accepting connections')
    this.#isPaused = true
    this.#subject.pause().catch((error: unknown) => {
      for (const message of explain(error)) this.#subject.log.write('alert', message)
    })
  }
}
