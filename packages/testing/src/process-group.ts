/**
 * Who lives in a process group. Linux tells through /proc, others through ps; zombies do not count, since nobody can
 * do more about them than their parent.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'

/** One living process. */
export interface Member {
  readonly pid: number
  readonly command: string
}

/** The living processes of group `pgid`. */
export function groupMembers(pgid: number): Member[] {
  return existsSync('/proc/self/stat') ? fromProc(pgid) : fromPs(pgid)
}

/** Signals every process of the group; false when there is none. */
export function signalGroup(pgid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-pgid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

function fromProc(pgid: number): Member[] {
  const members: Member[] = []
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = readOrEmpty(`/proc/${entry}/stat`)
    // pid (command, which may hold spaces and brackets) state ppid pgrp ...
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(group) !== pgid || state === 'Z' || state === 'X') continue
    const command = readOrEmpty(`/proc/${entry}/cmdline`).replaceAll('\0', ' ').trim()
    members.push({ pid: Number(entry), command })
  }
  return members
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return '' // gone meanwhile
    throw error
  }
}

function fromPs(pgid: number): Member[] {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,pgid=,stat=,command='], { encoding: 'utf8' })
  return stdout.split('\n').flatMap((line) => {
    const [, pid, group, state, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    return Number(group) === pgid && state?.startsWith('Z') === false ? [{ pid: Number(pid), command }] : []
  })
}
