/**
 * What the system allows a worker: open files, the size of a core dump, priority, processors. Node cannot set most of these,
 * so util-linux does (`prlimit`, `taskset`); the master asks it, which may be privileged, when a worker is ready.
 */
import { execFile } from 'node:child_process'
import { setPriority } from 'node:os'

/** The settings; undefined leaves a limit as it is. */
export interface WorkerLimits {
  readonly openFiles: number | undefined
  /** Bytes. */
  readonly core: number | undefined
  /** -20 to 20. */
  readonly priority: number | undefined
  /** One mask of processors per worker, as hexadecimal digits; workers beyond have the last. */
  readonly affinity: readonly string[]
}

/** Applies them to the worker with this number of process and of slot; `failed` is told what could not be set. */
export function applyWorkerLimits(
  { openFiles, core, priority, affinity }: WorkerLimits,
  pid: number,
  slot: number,
  failed: (message: string) => void,
): void {
  const run = (program: string, args: readonly string[], what: string): void => {
    execFile(program, args, (error) => {
      if (error !== null) failed(`${what} failed (${error.message.trim().split('\n').at(-1)})`)
    })
  }
  const number = String(pid)
  if (openFiles !== undefined)
    run('prlimit', ['--pid', number, `--nofile=${openFiles}:${openFiles}`], `setrlimit(RLIMIT_NOFILE, ${openFiles})`)
  if (core !== undefined) run('prlimit', ['--pid', number, `--core=${core}:${core}`], `setrlimit(RLIMIT_CORE, ${core})`)
  if (priority !== undefined) {
    try {
      setPriority(pid, priority)
    } catch (error) {
      failed(`setpriority(${priority}) failed (${(error as Error).message})`)
    }
  }
  const mask = affinity[Math.min(slot, affinity.length - 1)]
  if (mask !== undefined) run('taskset', ['--all-tasks', '--pid', mask, number], `sched_setaffinity(0x${mask})`)
}
