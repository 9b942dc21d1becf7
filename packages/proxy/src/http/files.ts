/** From URIs to files: `root` appends the URI, `alias` replaces the location's prefix, in a regex location the whole. */
import type { Request } from './request.ts'

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

/** The MIME type of a path by its extension. */
export function contentType(request: Request, path: string): string {
  const { types, defaultType } = request.location.core
  const dot = path.lastIndexOf('.')
  if (dot === -1 || dot < path.lastIndexOf('/')) return defaultType
  return types.get(path.slice(dot + 1).toLowerCase()) ?? defaultType
}
