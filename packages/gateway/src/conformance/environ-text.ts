import type { Environ } from '../contract.ts'

/** An environ as JSON: strings as they are, what else there is described in words. */
export function describeEnviron(environ: Environ): string {
  const seen: Record<string, string> = {}
  const empty: string[] = []
  for (const [key, value] of Object.entries({ ...environ }) as [string, unknown][]) {
    if (value === null || value === undefined) empty.push(key)
    seen[key] = typeof value === 'string' ? value : describe(value)
  }
  seen['conformance.null'] = empty.join(' ')
  // ASCII only: however the answer travels, it reads the same.
  return JSON.stringify(seen).replaceAll(
    /[\x7f-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function describe(value: unknown): string {
  if (value instanceof AbortSignal) return value.aborted ? 'an aborted signal' : 'a signal'
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value !== 'object' || value === null) return typeof value === 'boolean' ? String(value) : typeof value
  const methods = ['read', 'readline', 'readlines', 'write', 'writelines', 'flush', 'close'].filter(
    (name) => name in value,
  )
  return [...methods, ...(Symbol.asyncIterator in value ? ['iterate'] : [])].join(' ')
}
