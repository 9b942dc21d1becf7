/**
 * Limits that only a program of the system can set for others: `prlimit` and `taskset` of util-linux. Address space and
 * processes are limited in the workers alone; the number of descriptors is the master's too, as a worker that runs as
 * somebody else could not raise it.
 */
import { execFile, execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { ContainerError } from '../config/diagnostic.ts'

/** Limits of processes; undefined is the system's. */
export interface ProcessLimits {
  /** Bytes. */
  readonly addressSpace: number | undefined
  /** Processes of the workers' user. */
  readonly processes: number | undefined
  readonly descriptors: number | undefined
  /** Processors of each worker; undefined: all. */
  readonly processors: number | undefined
}

/** A command that runs under the limits. */
export function limited(
  { addressSpace, processes }: ProcessLimits,
  command: string,
  args: readonly string[],
): readonly [command: string, args: readonly string[]] {
  const limits = [
    ...(addressSpace === undefined ? [] : [`--as=${addressSpace}`]),
    ...(processes === undefined ? [] : [`--nproc=${processes}`]),
  ]
  return limits.length === 0 ? [command, args] : ['prlimit', [...limits, '--', command, ...args]]
}

/** Sets the number of descriptors of this process and of those that it starts; throws ContainerError `START`. */
export function limitDescriptors(count: number): void {
  try {
    execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${count}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  } catch (cause) {
    const said = (cause as { stderr?: Buffer }).stderr?.toString().trim()
    throw new ContainerError('START', `\`max-fd\`: ${said === undefined || said === '' ? String(cause) : said}`, {
      cause,
    })
  }
}

/** Which processors a slot gets, as uWSGI deals them: each the next ones, round and round. */
export function processorsOf(slot: number, each: number, all: number = availableParallelism()): readonly number[] {
  return Array.from({ length: Math.min(each, all) }, (_, index) => (slot * each + index) % all)
}

/** Binds a process and its threads to processors; `tell` gets what goes wrong. */
export function bindToProcessors(pid: number, processors: readonly number[], tell: (message: string) => void): void {
  execFile('taskset', ['-a', '-c', '-p', processors.join(','), String(pid)], (error, _, said) => {
    if (error !== null) tell(`\`cpu-affinity\`: ${said.trim() || error.message}`)
  })
}
