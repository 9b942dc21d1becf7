/** Memory and time of a process and all that it started, from /proc: RSS as `ps` shows it, PSS with shared pages counted once. */
import { readFileSync, readdirSync } from 'node:fs'

/** Kilobytes. */
export interface Memory {
  readonly processes: number
  readonly rss: number
  readonly pss: number
}

/** Sums over the process group `pgid`. */
export function memoryOfGroup(pgid: number): Memory {
  const members = processes().filter((pid) => groupOf(pid) === pgid)
  const rollups = members.flatMap((pid) => readOfLiving(`/proc/${pid}/smaps_rollup`) ?? [])
  const sum = (field: string): number => rollups.reduce((total, text) => total + kilobytes(text, field), 0)
  return { processes: rollups.length, rss: sum('Rss'), pss: sum('Pss') }
}

/** The members of process group `pgid` that have no children in it: the workers of a server that forks. */
export function leavesOfGroup(pgid: number): readonly string[] {
  const members = processes().filter((pid) => groupOf(pid) === pgid)
  const parents = new Set(members.map((pid) => statOf(pid)?.[1]))
  return members.filter((pid) => !parents.has(pid))
}

/** Kilobytes that a process shares with no other. */
export function uniqueMemory(pid: string): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return kilobytes(text, 'Private_Clean') + kilobytes(text, 'Private_Dirty')
}

function kilobytes(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)
}

/** Clock ticks in a second, which Linux has promised its programs since it had any. */
const ticks = 100

/** Seconds of processor time that the living members of process group `pgid` have used; what a machine's other work cannot blur. */
export function processorTimeOfGroup(pgid: number): number {
  let sum = 0
  for (const pid of processes()) {
    const fields = statOf(pid)
    if (fields === undefined || Number(fields[2]) !== pgid) continue
    sum += secondsAt(fields, 11)
  }
  return sum
}

/** Seconds of processor time that children of this process have used which have ended and been waited for. */
export function processorTimeOfChildren(): number {
  return secondsAt(statOf('self') ?? [], 13)
}

/** User and system time stand side by side. */
function secondsAt(fields: readonly string[], index: number): number {
  return (Number(fields[index]) + Number(fields[index + 1])) / ticks
}

function processes(): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
}

function groupOf(pid: string): number | undefined {
  const group = statOf(pid)?.[2]
  return group === undefined ? undefined : Number(group)
}

/** The fields of /proc/pid/stat from the state on; undefined when the process is gone. */
function statOf(pid: string): readonly string[] | undefined {
  const stat = readOfLiving(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** Undefined when the process has gone meanwhile. */
function readOfLiving(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
