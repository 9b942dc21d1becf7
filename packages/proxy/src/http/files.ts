/** From URIs to files: `root` appends the URI, `alias` replaces the location's prefix, in a regex location the whole. */
import { openSync, statSync, type Stats } from 'node:fs'
import type { Request } from './request.ts'
import { openGuarded, statGuarded } from './symlinks.ts'

/** `$document_root` */
export function documentRoot(request: Request): string {
  return request.location.core.root.read(request)
}

/** The path a URI stands for in the request's location; a byte string. */
export function filePath(request: Request, uri: string): string {
  const { core } = request.location
  const root = core.root.read(request)
  if (!core.alias) return root + uri
  if (core.aliasPrefix === undefined) return request.appendsUriToAlias ? root + uri : root
  return root + uri.slice(core.aliasPrefix.length)
}

/** `$request_filename` */
export function requestFilename(request: Request): string {
  return filePath(request, request.uri)
}

/** A path for the file system: byte strings beyond ASCII become buffers, so that no name is out of reach. */
export function systemPath(path: string): string | Buffer {
  // eslint-disable-next-line no-control-regex -- everything that is not ASCII
  return /^[\0-\x7f]*$/.test(path) ? path : Buffer.from(path, 'latin1')
}

/** Opens a file for a request, as `disable_symlinks` of its location allows. Throws the system's error. */
export function openFile(request: Request, path: string, flags: number): number {
  const { symlinks } = request.location.core
  return symlinks === undefined ? openSync(systemPath(path), flags) : openGuarded(request, symlinks, path, flags)
}

/** Looks at a file in the same way; undefined when there is none. */
export function statFile(request: Request, path: string): Stats | undefined {
  const { symlinks } = request.location.core
  if (symlinks !== undefined) return statGuarded(request, symlinks, path)
  return statSync(systemPath(path), { throwIfNoEntry: false })
}

/** The MIME type of a path by its extension. */
export function contentType(request: Request, path: string): string {
  const { types, defaultType } = request.location.core
  const dot = path.lastIndexOf('.')
  if (dot === -1 || dot < path.lastIndexOf('/')) return defaultType
  return types.get(path.slice(dot + 1).toLowerCase()) ?? defaultType
}
