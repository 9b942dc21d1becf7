/**
 * One attached daemon. A plain one is the master's child: when it ends it is started again, and it ends with the master.
 * One with a pid file ("smart") is looked for by the number in there, started only when nobody has it, and lives on.
 */
import { PidFile } from '@trivet/prefork'
import { Program, describeExit, signalProcess, type ProgramScope } from '../programs/program.ts'
import type { DaemonSettings } from './settings.ts'
import { throttle } from './throttle.ts'

/** What a daemon tells, and what it runs in. */
export interface DaemonOwner {
  readonly scope: ProgramScope
  event(message: string): void
  /** A line that the daemon printed. */
  line(text: string): void
  /** A control daemon has ended. */
  controlEnded(): void
}

/** Milliseconds between two looks at a pid file. */
const lookInterval = 1000

export class Daemon {
  readonly settings: DaemonSettings
  readonly #owner: DaemonOwner
  #program: Program | undefined
  #pid: number | undefined
  #starts = 0
  #lastStart = -Infinity
  #wait: NodeJS.Timeout | undefined
  #looks: NodeJS.Timeout | undefined
  #missing = 0
  #unreadable = false
  #stopping = false

  constructor(settings: DaemonSettings, owner: DaemonOwner) {
    this.settings = settings
    this.#owner = owner
    const { pidFile } = settings
    if (pidFile === undefined) this.#spawn()
    else {
      this.#look(pidFile)
      this.#looks = setInterval(() => this.#look(pidFile), lookInterval)
      this.#looks.unref()
    }
  }

  /** Of the daemon itself, whoever started it. */
  get pid(): number | undefined {
    return this.settings.pidFile === undefined
      ? this.#program?.runs === true
        ? this.#program.pid
        : undefined
      : this.#pid
  }

  /** How often it was started again. */
  get respawns(): number {
    return Math.max(0, this.#starts - 1)
  }

  /** The master reloads: those who asked for it are told. */
  reloaded(): void {
    const { reloadSignal, notify, pidFile } = this.settings
    const signal = reloadSignal ?? (notify && pidFile !== undefined ? 'SIGHUP' : undefined)
    if (signal !== undefined && this.pid !== undefined) this.#signal(this.pid, signal)
  }

  /** One of its files was touched: it is ended, and started again as after any end. */
  restart(): void {
    this.#owner.event(`[daemons] restarting "${this.settings.command}"`)
    if (this.pid !== undefined) this.#signal(this.pid, this.settings.stopSignal)
  }

  /** Ends it, by force after `patience` milliseconds; one with a pid file is left alone, or told when it wants to be. */
  async stop(patience: number): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#wait)
    clearInterval(this.#looks)
    const { pidFile, notify, stopSignal, command } = this.settings
    if (pidFile !== undefined) {
      if (notify && this.pid !== undefined) this.#signal(this.pid, stopSignal)
      return
    }
    if (this.#program === undefined || !this.#program.runs) return
    this.#owner.event(`[daemons] stopping "${command}" (pid: ${this.#program.pid})`)
    const exit = await this.#program.stop(stopSignal, patience)
    if (exit.signal === 'SIGKILL') this.#owner.event(`[daemons] "${command}" did not end in time and was killed`)
  }

  #signal(pid: number, signal: NodeJS.Signals | number): void {
    // Most daemons lead a group; one that does not is signalled alone.
    if (!signalProcess(-pid, signal)) signalProcess(pid, signal)
  }

  #spawn(): void {
    const seconds = throttle(this.#starts, (performance.now() - this.#lastStart) / 1000, this.settings.maxThrottle)
    if (seconds === 0) return this.#start()
    this.#owner.event(`[daemons] throttling "${this.settings.command}" for ${seconds} seconds`)
    this.#lastStart = performance.now() + seconds * 1000
    this.#wait = setTimeout(() => this.#start(), seconds * 1000)
  }

  #start(): void {
    const { command, uid, gid, directory, stdin, pidFile, daemonize } = this.settings
    const { scope } = this.#owner
    const again = this.#starts > 0 ? 're' : ''
    this.#starts += 1
    this.#lastStart = performance.now()
    this.#missing = 0
    const outlives = pidFile !== undefined
    const program = new Program(
      daemonize && pidFile !== undefined ? backgrounded(command, pidFile) : command,
      { ...scope, directory, uid: uid ?? scope.uid, gid: gid ?? scope.gid },
      // One that outlives the master must not be left with a pipe that nobody reads.
      outlives ? { outlives, stdin } : { stdin, onLine: (line) => this.#owner.line(line) },
    )
    this.#program = program
    this.#owner.event(`[daemons] ${again}spawning "${command}" (pid: ${program.pid ?? 'none'})`)
    void program.ended.then((exit) => {
      if (this.#stopping || pidFile !== undefined) return
      this.#owner.event(`[daemons] "${command}" (pid: ${program.pid ?? 'none'}) ${describeExit(exit)}`)
      program.signal('SIGKILL')
      if (this.settings.control) this.#owner.controlEnded()
      else this.#spawn()
    })
  }

  #look(pidFile: string): void {
    const { command, frequency } = this.settings
    let pid: number | undefined
    try {
      pid = livingPid(pidFile)
      this.#unreadable = false
    } catch (error) {
      // Whether it runs is not known: a second one must not be started beside it.
      if (!this.#unreadable) this.#owner.event(`[daemons] cannot look for "${command}": ${(error as Error).message}`)
      this.#unreadable = true
      return
    }
    if (pid !== undefined) {
      if (this.#pid !== pid) this.#owner.event(`[daemons] found "${command}" by its pid file (pid: ${pid})`)
      this.#pid = pid
      this.#missing = 0
      return
    }
    const ran = this.#pid !== undefined
    this.#pid = undefined
    if (this.#starts === 0 || ran) return this.#spawn()
    this.#missing += 1
    if (this.#missing < frequency) return
    this.#missing = 0
    if (this.#program?.runs === true)
      this.#owner.event(`[daemons] "${command}" (pid: ${this.#program.pid}) did not go into the background`)
    else this.#spawn()
  }
}

/** The number in a pid file, when somebody has it. */
function livingPid(path: string): number | undefined {
  const pid = PidFile.read(path)
  return pid !== undefined && isAlive(pid) ? pid : undefined
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A command put into the background whose number is written down, as `smart-attach-daemon2` wants it. */
function backgrounded(command: string, pidFile: string): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
  return `setsid /bin/sh -c ${quote(`echo $$ > ${quote(pidFile)}; exec ${command}`)} < /dev/null &`
}
