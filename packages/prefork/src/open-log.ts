/**
 * Opens log files. A master that is root opens them again and again, in folders that may well be the workers' user's: a
 * link that somebody else put there would lead it to any file, to write to it and to give it away.
 */
import { constants, fchownSync, fstatSync, lstatSync, openSync } from 'node:fs'
import type { Identity } from './runtime-folder.ts'

/**
 * Opens a file for appending; one that is missing is made, with `mode`. It is given to `owner`, who writes to it too; what
 * has another name somewhere, or is no file (/dev/null is everybody's), stays whose it is. Throws the system's errors;
 * with the code `ELOOP` for a link that is neither this user's nor root's.
 */
export function openLog(path: string, mode: number, owner?: Identity): number {
  const fd = openUnlessForeignLink(path, mode)
  if (owner === undefined) return fd
  const stat = fstatSync(fd)
  if (stat.isFile() && stat.nlink === 1) fchownSync(fd, owner.uid ?? -1, owner.gid ?? -1)
  return fd
}

function openUnlessForeignLink(path: string, mode: number): number {
  const link = lstatSync(path, { throwIfNoEntry: false })
  const mayFollow = link?.isSymbolicLink() === true && (link.uid === 0 || link.uid === process.geteuid?.())
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT
  try {
    return openSync(path, mayFollow ? flags : flags | constants.O_NOFOLLOW, mode)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'ELOOP') throw cause
    const message = `${path} is a symbolic link of another user's and is not followed`
    throw Object.assign(new Error(message, { cause }), { code })
  }
}
