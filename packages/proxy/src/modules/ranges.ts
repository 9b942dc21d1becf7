/** Partial answers: 206 with one part or `multipart/byteranges`, 416, and If-Range (RFC 9110 sections 13.1.5 and 14). */
import { parseRanges, type FileRange } from '../http/ranges.ts'
import type { Request } from '../http/request.ts'
import { httpTime } from '../http/time.ts'
import type { Module } from '../model/module.ts'

let boundary = Math.floor(Math.random() * 1e9)

function filterRanges(request: Request): number {
  const { out } = request
  if (
    !request.allowsRanges ||
    request.main !== request ||
    out.status !== 200 ||
    request.version < 10 ||
    out.contentLength < 0
  )
    return 0
  const { maxRanges } = request.location.core
  if (maxRanges === 0) return 0
  const field = request.headers.get('range')
  const ranges =
    field !== undefined && ifRangeHolds(request) ? parseRanges(field, out.contentLength, maxRanges) : 'ignore'
  if (ranges === 'ignore') out.add('Accept-Ranges', 'bytes')
  else if (ranges === 'unsatisfiable') {
    out.add('Content-Range', `bytes */${out.contentLength}`)
    return 416
  } else apply(request, ranges)
  return 0
}

function ifRangeHolds(request: Request): boolean {
  const condition = request.headers.get('if-range')
  if (condition === undefined) return true
  const { out } = request
  if (condition.length >= 2 && condition.endsWith('"')) return out.etag !== undefined && out.etag === condition
  return out.lastModifiedTime !== -1 && httpTime(condition) === out.lastModifiedTime
}

function apply(request: Request, ranges: readonly FileRange[]): void {
  const { out } = request
  const size = out.contentLength
  out.status = 206
  out.statusLine = undefined
  const [first] = ranges
  if (ranges.length === 1 && first !== undefined) {
    out.add('Content-Range', `bytes ${first.start}-${first.end - 1}/${size}`)
    out.contentLength = first.end - first.start
    request.ranges = ranges
    return
  }
  const mark = String(++boundary).padStart(20, '0')
  const type =
    out.contentType === undefined
      ? ''
      : `Content-Type: ${out.contentType}${out.charset === undefined ? '' : `; charset=${out.charset}`}\r\n`
  const parts = ranges.map(({ start, end }) => ({
    start,
    end,
    prefix: `\r\n--${mark}\r\n${type}Content-Range: bytes ${start}-${end - 1}/${size}\r\n\r\n`,
  }))
  const last = `\r\n--${mark}--\r\n`
  request.ranges = [...parts, { start: 0, end: 0, prefix: last }]
  out.contentLength = parts.reduce((sum, { start, end, prefix }) => sum + prefix.length + end - start, last.length)
  out.contentType = `multipart/byteranges; boundary=${mark}`
  out.charset = undefined
}

/** The range filter. */
export const ranges: Module = { name: 'ranges', directives: [], attach: () => ({ headerFilter: filterRanges }) }
