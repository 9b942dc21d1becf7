import { closeSync, fstatSync, lstatSync, unlinkSync, type Stats } from 'node:fs'
import { formatAddress, type Address } from '../address.ts'
import { PreforkError } from '../error.ts'
import type { BoundListener } from './bind.ts'

/**
 * Takes over a bound socket that this process inherited, from a master that it shall replace: the same socket, with the
 * connections that wait in it. Throws PreforkError `not-a-socket` when the descriptor is none.
 */
export function adopt(address: Address, fd: number, backlog: number): BoundListener {
  if (!isSocket(fd)) {
    throw new PreforkError('not-a-socket', `descriptor ${fd} for ${formatAddress(address)} is not a socket`)
  }
  const path = 'path' in address && !address.path.startsWith('\0') ? address.path : undefined
  const file = path === undefined ? undefined : lstatSync(path, { throwIfNoEntry: false })
  let open = true
  const close = ({ unlink = true }: { readonly unlink?: boolean } = {}): void => {
    if (!open) return
    open = false
    closeSync(fd)
    if (unlink && path !== undefined && isSame(file, lstatSync(path, { throwIfNoEntry: false }))) unlinkSync(path)
  }
  return { address, fd, backlog, close }
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBADF') return false
    throw error
  }
}

function isSame(one: Stats | undefined, other: Stats | undefined): boolean {
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev
}
