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
  const members = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => groupOf(pid) === pgid)
  const rollups = members.map((pid) => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
  const sum = (field: string): number =>
    rollups.reduce((total, text) => total + Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0), 0)
  return { processes: members.length, rss: sum('Rss'), pss: sum('Pss') }
}

/** Clock ticks in a second, which Linux has promised its programs since it had any. */
const ticks = 100

/** Seconds of processor time that the living members of process group `pgid` have used; what a machine's other work cannot blur. */
export function processorTimeOfGroup(pgid: number): number {
  let sum = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (groupOf(pid) !== pgid) continue
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    sum += (Number(fields[11]) + Number(fields[12])) / ticks
  }
  return sum
}

function groupOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH')
      return undefined
    throw error
  }
}
