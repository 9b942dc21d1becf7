/** `gzip_static`, `brotli_static`, `zstd_static`: files that lie compressed beside the plain ones. */
import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs'
import { choiceRow } from '../language/rows.ts'
import { systemErrorText } from '../language/system-error.ts'
import type { Coding } from '../http/body-encoder.ts'
import { validators } from '../http/file-cache.ts'
import { contentType, filePath, systemPath } from '../http/files.ts'
import type { Request } from '../http/request.ts'
import { sendFile } from '../http/send-file.ts'
import { declined, taken, type Module } from '../model/module.ts'
import { everywhere } from '../model/row.ts'
import { setting } from '../model/setting.ts'
import { mayEncode, noteVary, readNegotiation, type Negotiation } from './negotiation.ts'

interface Settings {
  readonly coding: Coding
  readonly extension: string
  /** Without asking what the client accepts. */
  readonly always: boolean
  readonly negotiation: Negotiation
}

function open(request: Request, path: string): number | undefined {
  try {
    return openSync(systemPath(path), constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const failure = error as NodeJS.ErrnoException
    if (failure.code !== 'ENOENT' && failure.code !== 'ENOTDIR' && failure.code !== 'ENAMETOOLONG')
      request.log('crit', `open() "${path}" failed (${systemErrorText(failure)})`)
    return undefined
  }
}

function handle(request: Request, settings: Settings): number {
  const { method, uri } = request
  if ((method !== 'GET' && method !== 'HEAD') || uri.endsWith('/') || uri.includes('\0')) return declined
  const isAccepted = settings.always || mayEncode(request, settings.negotiation, settings.coding)
  if (!settings.negotiation.vary && !isAccepted) return declined
  const path = filePath(request, uri) + settings.extension
  const fd = open(request, path)
  if (fd === undefined) return declined
  const stats = fstatSync(fd)
  if (stats.isFile()) {
    if (!settings.always) noteVary(request, settings.negotiation)
    if (isAccepted) {
      send(request, fd, stats, settings.coding)
      return taken
    }
  }
  closeSync(fd)
  return declined
}

function send(request: Request, fd: number, stats: Stats, coding: Coding): void {
  const { out } = request
  const { modified, lastModified, etag } = validators(stats)
  out.status = 200
  out.contentLength = stats.size
  out.lastModifiedTime = modified
  out.lastModified = lastModified
  if (request.location.core.etag) out.etag = etag
  out.contentType ??= contentType(request, request.uri)
  out.add('Content-Encoding', coding)
  request.allowsRanges = true
  if (request.sendHead()) sendFile(request, fd, stats.size)
  else closeSync(fd)
}

function precompressedModule(name: string, coding: Coding, extension: string): Module {
  const mode = setting<'off' | 'on' | 'always'>(name, 'off')
  return {
    name,
    directives: [
      choiceRow(name, everywhere, mode, `Whether a file with ${extension} behind its name is sent instead.`, {
        off: 'off',
        on: 'on',
        always: 'always',
      } as const),
    ],
    attach: (scope) => {
      const when = scope.value(mode)
      if (when === 'off') return undefined
      const settings = { coding, extension, always: when === 'always', negotiation: readNegotiation(scope) }
      return { content: (request) => handle(request, settings) }
    },
  }
}

/** The gzip_static module. */
export const gzipStatic: Module = precompressedModule('gzip_static', 'gzip', '.gz')
/** The same for brotli, with the directive of ngx_brotli. */
export const brotliStatic: Module = precompressedModule('brotli_static', 'br', '.br')
/** The same for zstd, with the directive of zstd-nginx-module. */
export const zstdStatic: Module = precompressedModule('zstd_static', 'zstd', '.zst')
