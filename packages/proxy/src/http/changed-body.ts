/** What a filter that changes a body does to the head before it: the size is not known, parts mean nothing, validators no longer fit. */
import type { Request } from './request.ts'

/** The body will have another size; its parts cannot be asked for. */
export function forgetLength(request: Request): void {
  request.out.contentLength = -1
  request.allowsRanges = false
  request.out.remove('accept-ranges')
}

/** The body means the same, but is not byte for byte what the validator was made for. */
export function weakenEtag({ out }: Request): void {
  if (out.etag !== undefined && !out.etag.startsWith('W/'))
    out.etag = out.etag.startsWith('"') ? `W/${out.etag}` : undefined
}

/** The body depends on more than the file it is made from. */
export function forgetValidators({ out }: Request): void {
  out.lastModified = out.etag = undefined
  out.lastModifiedTime = -1
}
