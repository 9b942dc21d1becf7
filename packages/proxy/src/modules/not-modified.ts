/** Conditional requests (RFC 9110 section 13): 304 and 412, compared as nginx compares them. */
import type { Request } from '../http/request.ts'
import { httpTime } from '../http/time.ts'
import type { Module } from '../model/module.ts'

function filterNotModified(request: Request): number {
  const { out, headers } = request
  if (out.status !== 200 || request.main !== request || headers.size === 0 || request.disablesNotModified) return 0
  const unmodifiedSince = headers.get('if-unmodified-since')
  if (
    unmodifiedSince !== undefined &&
    (out.lastModifiedTime === -1 || out.lastModifiedTime > httpTime(unmodifiedSince))
  )
    return 412
  const match = headers.get('if-match')
  if (match !== undefined && !etagMatches(out.etag, match, false)) return 412
  const modifiedSince = headers.get('if-modified-since')
  const noneMatch = headers.get('if-none-match')
  if (modifiedSince === undefined && noneMatch === undefined) return 0
  if (modifiedSince !== undefined && isModified(request, modifiedSince)) return 0
  if (noneMatch !== undefined && !etagMatches(out.etag, noneMatch, true)) return 0
  out.status = 304
  out.statusLine = undefined
  out.contentType = undefined
  out.contentLength = -1
  out.remove('content-encoding')
  out.remove('accept-ranges')
  request.allowsRanges = false
  return 0
}

function isModified(request: Request, since: string): boolean {
  const { out, location } = request
  if (out.lastModifiedTime === -1) return true
  const mode = location.core.ifModifiedSince
  if (mode === 'off') return true
  const time = httpTime(since)
  if (time === out.lastModifiedTime) return false
  return mode === 'exact' || time < out.lastModifiedTime
}

function etagMatches(etag: string | undefined, list: string, weak: boolean): boolean {
  if (list === '*') return true
  if (etag === undefined) return false
  const strip = (text: string): string => (weak && text.startsWith('W/') ? text.slice(2) : text)
  const own = strip(etag)
  return list.split(',').some((candidate) => strip(candidate.trim()) === own)
}

/** The not-modified filter. */
export const notModified: Module = {
  name: 'not_modified',
  directives: [],
  attach: () => ({ headerFilter: filterNotModified }),
}
