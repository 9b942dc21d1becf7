/** From PATH_INFO to a file's path: what may be asked for at all, before the file system is. */
import { join } from 'node:path'

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * The file that a path names below `root`, or undefined for a path that names none: `..` and `.` segments, empty ones
 * (two spellings of one file, and `//host` in a redirect), NUL, backslashes, bytes that are no UTF-8, and dotfiles
 * unless `dotfiles` says so.
 */
export function filePath(root: string, pathInfo: string, dotfiles: boolean): string | undefined {
  if (!pathInfo.startsWith('/') || /[\0\\]/.test(pathInfo)) return undefined
  const segments = pathInfo.slice(1).split('/')
  if (segments.at(-1) === '') segments.pop()
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..' || (segment.startsWith('.') && !dotfiles))
      return undefined
  }
  try {
    return join(root, decoder.decode(Buffer.from(segments.join('/'), 'latin1')))
  } catch {
    return undefined
  }
}
