import type { Environ, HeaderList } from '../contract.ts'

/** The request's header fields, names in lower case: CGI keeps neither their case nor their order. */
export function requestHeaders(environ: Environ): HeaderList {
  const headers: HeaderList = []
  if (environ.CONTENT_TYPE !== undefined) headers.push(['content-type', environ.CONTENT_TYPE])
  if (environ.CONTENT_LENGTH !== undefined) headers.push(['content-length', environ.CONTENT_LENGTH])
  for (const key in environ) {
    if (!key.startsWith('HTTP_')) continue
    const value = environ[key as `HTTP_${string}`]
    if (value !== undefined) headers.push([fieldName(key), value])
  }
  return headers
}

const maximumCached = 1024
const names = new Map<string, string>()

function fieldName(key: string): string {
  const known = names.get(key)
  if (known !== undefined) return known
  const name = key.slice(5).toLowerCase().replaceAll('_', '-')
  if (names.size < maximumCached && key.length <= 64) names.set(key, name)
  return name
}
