import { lchownSync, linkSync, lstatSync, renameSync, unlinkSync, type Stats } from 'node:fs'
import net from 'node:net'
import { PreforkError } from '../error.ts'
import { bindRaw, type RawSocket } from './bound-socket.ts'

// A unix socket is a file that outlives its process. Before binding, whoever answers on the path keeps it (two masters on
// one path would steal each other's clients); a path that refuses is stale and is replaced; anything that is not a
// socket is left alone. The socket is created with the permissions that it shall have, so that there is no moment at which
// more people may connect, and its owner is set without following a link: the folder may be somebody else's, who would
// put one there for a master that is root.

export interface UnixOwner {
  readonly mode: number
  readonly uid: number | undefined
  readonly gid: number | undefined
}

/** Removes a socket that nobody listens on; throws when somebody does, or when the path is something else. */
export async function clearStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSocket()) {
    throw new PreforkError('not-a-socket', `cannot bind to unix:${path}: it exists and is not a socket`)
  }
  const answer = await probe(path)
  if (answer === 'ENOENT') return
  if (answer !== 'ECONNREFUSED') {
    const why = answer === 'alive' ? 'another process is listening on it' : `connecting to it fails with ${answer}`
    throw new PreforkError('address-in-use', `cannot bind to unix:${path}: ${why}`)
  }
  unlinkSync(path)
}

/** `alive`, or the code of the error that connecting gives. A full accept queue (EAGAIN) belongs to a living listener. */
function probe(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve('alive')
    })
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EAGAIN' ? 'alive' : String(error.code)),
    )
  })
}

/** Binds with this mode, then sets the owner. */
export function bindPath(path: string, owner: UnixOwner): RawSocket {
  const before = process.umask(0o777 & ~owner.mode)
  let socket: RawSocket
  try {
    socket = bindRaw({ path })
  } finally {
    process.umask(before)
  }
  try {
    if (owner.uid !== undefined || owner.gid !== undefined) lchownSync(path, owner.uid ?? -1, owner.gid ?? -1)
  } catch (error) {
    socket.close()
    throw error
  }
  return socket
}

/** Closes the socket. libuv unlinks the path with it: a file that is to stay, or is no longer ours, is linked aside meanwhile. */
export function closePath(path: string, socket: RawSocket, ours: Stats, unlink: boolean): void {
  const now = lstatSync(path, { throwIfNoEntry: false })
  const same = now !== undefined && now.ino === ours.ino && now.dev === ours.dev
  if (now === undefined || (same && unlink)) {
    socket.close()
    return
  }
  const aside = `${path}.${process.pid}`
  linkSync(path, aside)
  socket.close()
  renameSync(aside, path)
}
