/** The life of the master process: pid file, signals, notices. The words of the notices are nginx's, because programs
 * wait for them.
 *
 *     QUIT  finish requests, then leave     HUP    read the configuration again
 *     TERM  leave at once (INT too)         USR1   open log files anew
 *     WINCH let the workers go (a daemon's only: a terminal sends it when its window changes)
 *     USR2  upgrading the program while it runs is not there
 */
import { PidFile, watchSignals } from '@trivet/prefork'
import { constants } from 'node:os'
import { productName } from '../cli/version.ts'
import { daemonReady, isDaemonized } from './daemon.ts'
import { openErrorLog } from './error-log.ts'
import type { ErrorLog } from './error-log.ts'
import type { Layout } from './layout.ts'
import type { Plan, TextOptions } from './plan.ts'
import { explain, Proxy } from './proxy.ts'

/** What the signals do to whatever runs. */
interface Subject {
  readonly log: ErrorLog
  start(): Promise<void>
  quit(): Promise<void>
  terminate(): Promise<void>
  reload(): Promise<void>
  reopen(): void
  pause(): Promise<void>
}

/** Runs a master with its workers; resolves with 0 when they serve, with 1 when they cannot. */
export async function runMaster(first: Plan, layout: Layout, { globals }: TextOptions): Promise<number> {
  process.title = ['trivet-proxy: master process', ...process.argv.slice(1)].join(' ')
  const proxy = new Proxy({ layout, globals }, first)
  return await run(first, {
    get log() {
      return proxy.log
    },
    start: () => proxy.start(),
    quit: () => proxy.stop(),
    terminate: () => proxy.stop({ graceful: false }),
    reload: () => proxy.reload(),
    reopen: () => proxy.reopen(),
    pause: () => proxy.pause(),
  })
}

/** `master_process off`. */
export async function runSingle(first: Plan, _layout: Layout): Promise<number> {
  const { startSingle } = await import('./single.ts')
  const log = openErrorLog(first.errorLogs)
  let single: Awaited<ReturnType<typeof startSingle>> | undefined
  const { shutdownTimeout } = first.config.main
  return await run(first, {
    log,
    start: async () => {
      single = await startSingle(first, log)
    },
    quit: async () => {
      await single?.drain(shutdownTimeout === 0 ? Number.POSITIVE_INFINITY : shutdownTimeout)
      single?.close()
    },
    terminate: async () => single?.close(),
    reload: () => Promise.reject(new Error('"master_process off" has no workers to replace: restart it')),
    reopen: () => single?.reopen(),
    pause: () => Promise.resolve(),
  })
}

async function run(first: Plan, subject: Subject): Promise<number> {
  const life = new Life(new PidFile(first.pid), subject)
  // Before anything else: Node's own reaction to USR1 is to open a debugger.
  const unwatch = watchSignals(life.handlers())
  try {
    subject.log.write('notice', productName())
    await subject.start()
    life.begin()
    return 0
  } catch (error) {
    unwatch()
    if (life.ending) return 0
    for (const message of explain(error)) {
      subject.log.write('emerg', message)
      process.stderr.write(`nginx: [emerg] ${message}\n`)
    }
    return 1
  }
}

/** As long as a timer can be. */
const longInterval = 2 ** 31 - 1

class Life {
  ending = false
  readonly #pid: PidFile
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
      SIGQUIT: () => this.#end('SIGQUIT', ', shutting down', () => this.#subject.quit()),
      SIGTERM: () => this.#end('SIGTERM', ', exiting', () => this.#subject.terminate()),
      SIGINT: () => this.#end('SIGINT', ', exiting', () => this.#subject.terminate()),
      SIGHUP: () => this.#reload(),
      SIGUSR1: () => this.#reopen(),
      SIGUSR2: () => {
        this.#notice('SIGUSR2', ', ignoring')
        this.#subject.log.write(
          'warn',
          'changing the binary on the fly is not implemented: reload by SIGHUP, or restart',
        )
      },
      SIGWINCH: () => this.#pause(),
    }
  }

  #notice(signal: NodeJS.Signals, action: string): void {
    this.#subject.log.write('notice', `signal ${constants.signals[signal]} (${signal}) received${action}`)
  }

  #end(signal: NodeJS.Signals, action: string, how: () => Promise<void>): void {
    this.#notice(signal, action)
    this.ending = true
    how().then(
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
    this.#subject.pause().catch((error: unknown) => {
      for (const message of explain(error)) this.#subject.log.write('alert', message)
    })
  }
}
