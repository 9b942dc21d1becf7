/** The environ key of a request header (RFC 3875 section 4.1.18). */
export type HeaderKey = `HTTP_${string}` | 'CONTENT_TYPE' | 'CONTENT_LENGTH'

/** A client can invent names without end; the names of honest clients fit well within this. */
const maximumCached = 1024
const maximumNameLength = 64

const cache = new Map<string, HeaderKey>()

/** The environ key of a header name in any case: `x-foo` is `HTTP_X_FOO`. Cached. */
export function headerKey(name: string): HeaderKey {
  const known = cache.get(name)
  if (known !== undefined) return known
  const key = keyOf(name)
  if (cache.size < maximumCached && name.length <= maximumNameLength) cache.set(name, key)
  return key
}

function keyOf(name: string): HeaderKey {
  const upper = name.toUpperCase().replaceAll('-', '_')
  return upper === 'CONTENT_TYPE' || upper === 'CONTENT_LENGTH' ? upper : `HTTP_${upper}`
}
