/**
 * Opens a file under a symlink policy. The path is resolved first and the result opened without following a last link, so
 * that what was checked is what is read; size and time come from the open file. O_NONBLOCK keeps a FIFO from blocking.
 */
import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { relative, sep } from 'node:path'

/** What symbolic links may do: lead within the root, anywhere, or nowhere. */
export type SymlinkPolicy = 'inside' | 'follow' | 'refuse'

/** An open file or folder; whoever gets it closes it. */
export interface OpenFile {
  readonly handle: FileHandle
  readonly kind: 'file' | 'folder'
  readonly size: number
  /** Milliseconds. */
  readonly modified: number
}

/** Which files may be opened. */
export interface OpenPolicy {
  /** Absolute. */
  readonly root: string
  readonly symlinks: SymlinkPolicy
  /** Absolute; further folders into which links of the policy `inside` may lead. */
  readonly safe: readonly string[]
}

/** Not there, as far as a client may know. */
const missing = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EACCES', 'EPERM', 'ENXIO', 'EINVAL'])

/** The file at `path`, or undefined when there is none to serve. */
export async function openFile(policy: OpenPolicy, path: string): Promise<OpenFile | undefined> {
  try {
    const real = await realpath(path)
    if (!(await isAllowed(policy, path, real))) return undefined
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    return await describe(handle)
  } catch (error) {
    if (missing.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

async function isAllowed({ root, symlinks, safe }: OpenPolicy, path: string, real: string): Promise<boolean> {
  if (symlinks === 'follow') return true
  const realRoot = await realpath(root)
  if (symlinks === 'refuse') return relative(realRoot, real) === relative(root, path)
  return isBelow(realRoot, real) || safe.some((folder) => isBelow(folder, real))
}

function isBelow(folder: string, path: string): boolean {
  const inside = relative(folder, path)
  return inside === '' || (inside !== '..' && !inside.startsWith(`..${sep}`))
}

async function describe(handle: FileHandle): Promise<OpenFile | undefined> {
  try {
    const stat = await handle.stat()
    const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : undefined
    if (kind !== undefined) return { handle, kind, size: stat.size, modified: stat.mtimeMs }
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  return undefined
}
