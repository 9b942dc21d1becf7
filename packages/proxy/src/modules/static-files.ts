/** Files under `root` or `alias`: the content of every location that has no other handler. */
import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs'
import { httpDate } from '@trivet/http1'
import { contentType, filePath, systemPath } from '../http/files.ts'
import type { Request } from '../http/request.ts'
import { sendFile } from '../http/send-file.ts'
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
  let fd: number
  try {
    fd = openSync(systemPath(path), constants.O_RDONLY | constants.O_NONBLOCK)
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
    keeps = true
    send(request, fd, stats)
    return taken
  } finally {
    if (!keeps) closeSync(fd)
  }
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

function send(request: Request, fd: number, stats: Stats): void {
  const { out } = request
  const time = Math.floor(stats.mtimeMs / 1000)
  out.status = 200
  out.contentLength = stats.size
  out.lastModifiedTime = time
  out.lastModified = httpDate(time * 1000)
  if (request.location.core.etag) out.etag = `"${time.toString(16)}-${stats.size.toString(16)}"`
  out.contentType ??= contentType(request, request.uri)
  request.allowsRanges = true
  if (request.sendHead()) sendFile(request, fd, stats.size)
  else closeSync(fd)
}

/** The static module. */
export const staticFiles: Module = { name: 'static', directives: [], attach: () => ({ content: handle }) }
