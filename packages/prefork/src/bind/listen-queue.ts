import { readFileSync, readlinkSync } from 'node:fs'
import type { BoundListener } from './bind.ts'

// How many connections wait to be accepted, from Linux's tables: a listening TCP socket shows the number as its receive
// queue; of a unix socket each waiting connection has a line of its own with the listener's path and the state 02.

const listening = '0A'
const connecting = '02'

/** Connections that wait on each listener; undefined where the system does not say. */
export function listenQueues(listeners: readonly BoundListener[]): readonly number[] | undefined {
  if (process.platform !== 'linux') return undefined
  const tables = new Map<string, string>()
  const table = (name: string): string => {
    const text = tables.get(name) ?? readTable(name)
    tables.set(name, text)
    return text
  }
  return listeners.map(({ address, fd }) => {
    if ('path' in address) return countUnix(table('unix'), address.path)
    return findTcp(table(address.host.includes(':') ? 'tcp6' : 'tcp'), inodeOf(fd))
  })
}

function readTable(name: string): string {
  try {
    return readFileSync(`/proc/net/${name}`, 'latin1')
  } catch {
    return '' // no IPv6, or a container that hides it
  }
}

function inodeOf(fd: number): string {
  return /\[(\d+)\]/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? ''
}

/** The receive queue of the listening socket with this inode in the text of /proc/net/tcp. */
export function findTcp(table: string, inode: string): number {
  for (const line of table.split('\n')) {
    const [, , , state, queues, , , , , found] = line.trim().split(/\s+/)
    if (state === listening && found === inode) return Number.parseInt(queues?.split(':')[1] ?? '0', 16)
  }
  return 0
}

/** Connections to this path that nobody has accepted in the text of /proc/net/unix. */
export function countUnix(table: string, path: string): number {
  const shown = path.startsWith('\0') ? `@${path.slice(1)}` : path
  return table.split('\n').filter((line) => {
    const [, , , , , state, , ...rest] = line.trim().split(/\s+/)
    return state === connecting && rest.join(' ') === shown
  }).length
}
