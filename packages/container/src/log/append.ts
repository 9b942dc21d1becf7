/**
 * Opens log files. A master that is root opens them again and again, in folders that may well be the workers' user's:
 * a link that somebody else put there would lead it to any file, to write to it and to give it away.
 */
import { closeSync, constants, fchownSync, fstatSync, lstatSync, openSync } from 'node:fs'

/** Opens a file for appending, makes it when there is none; throws, besides the system's errors, for a link that is neither this user's nor root's. */
export function openForAppending(path: string): number {
  const link = lstatSync(path, { throwIfNoEntry: false })
  const mayFollow = link?.isSymbolicLink() === true && (link.uid === 0 || link.uid === process.geteuid?.())
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT
  try {
    return openSync(path, mayFollow ? flags : flags | constants.O_NOFOLLOW, 0o666)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ELOOP') throw cause
    throw new Error(`${path} is a symbolic link of another user's and is not followed`, { cause })
  }
}

/** Gives a log file to those who write to it too; what has another name somewhere, or is no file, stays whose it is. */
export function giveAway(path: string, uid: number | undefined, gid: number | undefined): void {
  const fd = openForAppending(path)
  try {
    const stat = fstatSync(fd)
    if (stat.isFile() && stat.nlink === 1) fchownSync(fd, uid ?? -1, gid ?? -1)
  } finally {
    closeSync(fd)
  }
}
