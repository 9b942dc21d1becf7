import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

/** Memory of a process, in bytes. */
export interface ProcessMemory {
  /** Resident, with its shared pages. */
  readonly rss: number
  /** Address space. */
  readonly vsz: number
}

/** The memory of processes, as the system counts it; a process that is gone has none. */
export async function readMemory(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessMemory>> {
  if (pids.length === 0) return new Map()
  return process.platform === 'linux' ? fromProc(pids) : parsePs(await runPs(pids))
}

function fromProc(pids: readonly number[]): ReadonlyMap<number, ProcessMemory> {
  const found = new Map<number, ProcessMemory>()
  for (const pid of pids) {
    const status = readStatus(pid)
    // The sizes of a process that has ended, and waits to be reaped, are not there.
    const [rss, vsz] = [/^VmRSS:\s+(\d+) kB$/m, /^VmSize:\s+(\d+) kB$/m].map((line) => line.exec(status)?.[1])
    if (rss !== undefined && vsz !== undefined) found.set(pid, { rss: Number(rss) * 1024, vsz: Number(vsz) * 1024 })
  }
  return found
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    return '' // it is gone
  }
}

async function runPs(pids: readonly number[]): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,rss=,vsz=', '-p', pids.join(',')]).catch(
    // It fails when none of them runs, and has printed the others all the same.
    (error: { readonly stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  )
  return stdout
}

/** The lines of `ps -o pid=,rss=,vsz=`, in KiB. */
export function parsePs(text: string): ReadonlyMap<number, ProcessMemory> {
  const rows = text.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/gm)
  return new Map(
    [...rows].map(([, pid, rss, vsz]) => [Number(pid), { rss: Number(rss) * 1024, vsz: Number(vsz) * 1024 }]),
  )
}
