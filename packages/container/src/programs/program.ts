/**
 * A shell command that the master runs beside its workers: a daemon, a cron job, a hook. It leads a process group of its
 * own, so that what it started ends with it and Ctrl-C does not reach it, and on Linux the kernel ends it when the
 * master is killed outright (`setpriv --pdeathsig` of util-linux).
 */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { existsSync } from 'node:fs'
import { drainLines, type Exit } from '@trivet/prefork'

/** Who a program runs as, where, and with what environment. */
export interface ProgramScope {
  readonly uid: number | undefined
  readonly gid: number | undefined
  /** Absolute. */
  readonly directory: string
  /** Added to the master's environment. */
  readonly environment: Readonly<Record<string, string>>
}

/** How to run it. */
export interface ProgramOptions {
  /** Takes each line of its standard output and standard error. Absent: it writes to the master's own. */
  readonly onLine?: (line: string) => void
  /** It may outlive the master. */
  readonly outlives?: boolean
  /** It reads the master's standard input instead of /dev/null. */
  readonly stdin?: boolean
}

/** A command that runs, or has run. */
export class Program {
  readonly command: string
  /** Resolves when the process has ended; `code` 127 when it could not be started. */
  readonly ended: Promise<Exit>
  readonly #child: ChildProcess
  #over = false

  constructor(command: string, scope: ProgramScope, options: ProgramOptions = {}) {
    this.command = command
    const { onLine, outlives = false } = options
    const [file, args] = withParent(outlives, ['/bin/sh', '-c', command])
    const output = onLine === undefined ? 'inherit' : 'pipe'
    const child = spawn(file, args, {
      ...identity(scope),
      cwd: scope.directory,
      env: { ...process.env, ...scope.environment, NOTIFY_SOCKET: undefined, LISTEN_FDS: undefined },
      detached: true,
      stdio: [options.stdin === true ? 'inherit' : 'ignore', output, output],
    })
    this.#child = child
    if (onLine !== undefined && child.stdout !== null && child.stderr !== null) {
      drainLines(child.stdout, onLine)
      drainLines(child.stderr, onLine)
    }
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        onLine?.(`cannot run \`${command}\`: ${error.message}`)
        resolve({ code: 127, signal: null })
      })
      child.once('exit', (code, signal) => {
        this.#over = true
        resolve({ code, signal })
      })
    })
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Whether the process itself has not ended. */
  get runs(): boolean {
    return this.pid !== undefined && !this.#over
  }

  /** Signals the whole process group; false when nobody is left in it. */
  signal(signal: NodeJS.Signals | number): boolean {
    return this.pid !== undefined && signalProcess(-this.pid, signal)
  }

  /** Signals it and, after `patience` milliseconds, kills what is left of its group; resolves when it has ended. */
  async stop(signal: NodeJS.Signals | number, patience: number): Promise<Exit> {
    this.signal(signal)
    const timer = setTimeout(() => this.signal('SIGKILL'), patience)
    const exit = await this.ended
    clearTimeout(timer)
    this.signal('SIGKILL')
    return exit
  }
}

/** Sends a signal to a process, or to a group by its negative number; false when there is none, or none that may be signalled. */
export function signalProcess(pid: number, signal: NodeJS.Signals | number): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ESRCH' || code === 'EPERM') return false
    throw error
  }
}

/** `ended with code 3`, `was ended by SIGKILL`. */
export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `ended with code ${code}` : `was ended by ${signal}`
}

const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => process.platform === 'linux' && existsSync(path))

function withParent(outlives: boolean, command: readonly [string, ...string[]]): [file: string, args: string[]] {
  const [file, ...args] = command
  return outlives || setpriv === undefined ? [file, args] : [setpriv, ['--pdeathsig', 'KILL', '--', file, ...args]]
}

function identity({ uid, gid }: ProgramScope): Pick<SpawnOptions, 'uid' | 'gid'> {
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) }
}
