/** Memory of a process and all that it started, from /proc: RSS as `ps` shows it, PSS with shared pages counted once. */
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
