/** Files under `root` or `alias`: the content of every location that has no other handler. */
import { closeSync, constants, fstatSync } from 'node:fs'
import { validators, type CachedFile } from '../http/file-cache.ts'
import { contentType, filePath, openFile } from '../http/files.ts'
import type { Request } from '../http/request.ts'
import { sendCached, sendFile } from '../http/send-file.ts'
import { escapeUri } from '../http/uri.ts'
import { systemErrorText } from '../language/system-error.ts'
import { taken, type Module } from '../model/module.ts'

function handle(request: Request): number {
  const { method, uri } = request
  if (uri.endsWith('/')) {
    if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return 405
    return directory(request)
  }
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return 405
  return serveFile(request, filePath(request, uri))
}

/** Nobody listed the folder and it has no index. */
function directory(request: Request): number {
  const path = filePath(request, request.uri)
  request.log('error', `directory index of "${path}" is forbidden`)
  return 403
}

function serveFile(request: Request, path: string): number {
  if (path.includes('\0')) return 404
  const isGuarded = request.location.core.symlinks !== undefined
  const kept = isGuarded ? undefined : request.connection.service.files.find(path, request.startTime)
  if (kept !== undefined) return serveKept(request, kept)
  let fd: number
  try {
    fd = openFile(request, path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    return refused(request, path, error as NodeJS.ErrnoException)
  }
  let keeps = false
  try {
    const stats = fstatSync(fd)
    if (stats.isDirectory()) return redirectToFolder(request)
    if (!stats.isFile()) {
      request.log('crit', `"${path}" is not a regular file`)
      return 404
    }
    if (request.method === 'POST') return 405
    const { files } = request.connection.service
    const file = isGuarded ? undefined : files.keep(path, fd, stats, request.startTime)
    if (file !== undefined) return serveKept(request, file)
    keeps = true
    if (describe(request, stats.size, validators(stats))) sendFile(request, fd, stats.size)
    else closeSync(fd)
    return taken
  } finally {
    if (!keeps) closeSync(fd)
  }
}

function serveKept(request: Request, file: CachedFile): number {
  if (request.method === 'POST') return 405
  const { core } = request.location
  if (file.type?.core !== core) file.type = { core, text: contentType(request, request.uri) }
  request.out.contentType ??= file.type.text
  if (describe(request, file.content.length, file)) sendCached(request, file)
  return taken
}

function refused(request: Request, path: string, error: NodeJS.ErrnoException): number {
  const isMissing = error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG'
  const status = isMissing ? 404 : error.code === 'EACCES' || error.code === 'ELOOP' ? 403 : 500
  if (!isMissing || request.location.core.logNotFound) {
    request.log(status === 500 ? 'crit' : 'error', `open() "${path}" failed (${systemErrorText(error)})`)
  }
  return status
}

function redirectToFolder(request: Request): number {
  const args = request.args === '' ? '' : `?${request.args}`
  request.out.location = `${escapeUri(request.uri)}/${args}`
  return 301
}

/** Sends the head; false when a filter answered instead. */
function describe(request: Request, size: number, file: ReturnType<typeof validators>): boolean {
  const { out } = request
  out.status = 200
  out.contentLength = size
  out.lastModifiedTime = file.modified
  out.lastModified = file.lastModified
  if (request.location.core.etag) out.etag = file.etag
  out.contentType ??= contentType(request, request.uri)
  request.allowsRanges = true
  return request.sendHead()
}

/** The static module. */
export const staticFiles: Module = { name: 'static', directives: [], attach: () => ({ content: handle }) }
