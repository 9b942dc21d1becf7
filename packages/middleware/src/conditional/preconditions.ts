/** Preconditions in the order of RFC 9110 section 13.2.2: If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since. */
import type { Environ } from '@trivet/gateway'

/** What a representation is known by. */
export interface Validators {
  /** With its quotes. */
  readonly etag?: string | undefined
  /** Milliseconds; whole seconds are compared, as HTTP dates have no more. */
  readonly modified?: number | undefined
}

/** What becomes of a request whose representation has these validators. */
export type Verdict = 'proceed' | 'not-modified' | 'failed'

/** Weighs the preconditions of a GET or HEAD. */
export function weighPreconditions(environ: Environ, { etag, modified }: Validators): Verdict {
  const match = environ['HTTP_IF_MATCH']
  if (match !== undefined && !matches(match, etag, true)) return 'failed'
  const unmodifiedSince = match === undefined ? seconds(environ['HTTP_IF_UNMODIFIED_SINCE']) : undefined
  if (unmodifiedSince !== undefined && modified !== undefined && Math.floor(modified / 1000) > unmodifiedSince) {
    return 'failed'
  }
  const noneMatch = environ['HTTP_IF_NONE_MATCH']
  if (noneMatch !== undefined) return matches(noneMatch, etag, false) ? 'not-modified' : 'proceed'
  const since = seconds(environ['HTTP_IF_MODIFIED_SINCE'])
  const isOld = since !== undefined && modified !== undefined && Math.floor(modified / 1000) <= since
  return isOld ? 'not-modified' : 'proceed'
}

/** Whether a Range still fits: no If-Range, or one that names this representation strongly (section 13.1.5). */
export function rangeFits(environ: Environ, { etag, modified }: Validators): boolean {
  const condition = environ['HTTP_IF_RANGE']
  if (condition === undefined) return true
  if (/^(?:W\/)?"/.test(condition)) return condition === etag && !condition.startsWith('W/')
  return modified !== undefined && seconds(condition) === Math.floor(modified / 1000)
}

/** Fields that describe content, which a 304 has not. */
export const contentFields: readonly string[] = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-range',
]

function matches(list: string, etag: string | undefined, strong: boolean): boolean {
  if (list.trim() === '*') return true
  if (etag === undefined || (strong && etag.startsWith('W/'))) return false
  const tags: readonly string[] = list.match(/(?:W\/)?"[^"]*"/g) ?? []
  if (strong) return tags.includes(etag)
  const opaque = etag.replace(/^W\//, '')
  return tags.some((tag) => tag.replace(/^W\//, '') === opaque)
}

function seconds(date: string | undefined): number | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date)
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000)
}
