/**
 * Where a descriptor's socket is bound, from Linux's /proc: Node can only ask a socket that it listens on, and the
 * master never does. The inode leads from /proc/self/fd to the tables of sockets.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import type { Address } from '@trivet/prefork'

/** The address of an inherited socket; undefined when the descriptor is none, or the system has no such tables. */
export function socketAddress(fd: number): Address | undefined {
  const inode = /^socket:\[(\d+)\]$/.exec(readOrEmpty(() => readlinkSync(`/proc/self/fd/${fd}`)))?.[1]
  if (inode === undefined) return undefined
  const table = (name: string): string => readOrEmpty(() => readFileSync(`/proc/net/${name}`, 'latin1'))
  return findTcp(table('tcp'), inode) ?? findTcp(table('tcp6'), inode) ?? findUnix(table('unix'), inode)
}

/** The local address of the socket with this inode in a table such as /proc/net/tcp. */
export function findTcp(table: string, inode: string): Address | undefined {
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/)
    const [host, port] = (fields[1] ?? '').split(':')
    if (fields[9] === inode && host !== undefined && port !== undefined)
      return { host: readHost(host), port: Number.parseInt(port, 16) }
  }
  return undefined
}

/** The path of the socket with this inode in /proc/net/unix; `@` stands for the NUL of an abstract one. */
export function findUnix(table: string, inode: string): Address | undefined {
  for (const line of table.split('\n').slice(1)) {
    const match = /^\S+ \S+ \S+ \S+ \S+ \S+ +(\d+) (.+)$/.exec(line)
    if (match?.[1] === inode) return { path: (match[2] ?? '').replace(/^@/, '\0') }
  }
  return undefined
}

/** Words of 32 bits, each with its bytes in the machine's order, little-endian. */
function readHost(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)),
  )
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  )
  // As everybody writes it.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

function readOrEmpty(read: () => string): string {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EINVAL' || code === 'EBADF') return ''
    throw error
  }
}
