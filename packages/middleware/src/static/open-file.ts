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

/** Not there, as far as a client may know. */
const missing = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EACCES', 'EPERM', 'ENXIO', 'EINVAL'])

/** The file at `path`, or undefined when there is none to serve. */
export async function openFile(root: string, path: string, symlinks: SymlinkPolicy): Promise<OpenFile | undefined> {
  try {
    const real = await realpath(path)
    if (symlinks !== 'follow' && !isAllowed(await realpath(root), root, path, real, symlinks)) return undefined
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    return await describe(handle)
  } catch (error) {
    if (missing.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

function isAllowed(realRoot: string, root: string, path: string, real: string, symlinks: SymlinkPolicy): boolean {
  const inside = relative(realRoot, real)
  if (symlinks === 'refuse') return inside === relative(root, path)
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
