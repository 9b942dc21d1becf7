/** After the response: close() exactly once, then the iterator's return(), then the `tsgi.response_finished` hooks. */
import type { Body, Bytes, Environ, HeaderList } from '../contract.ts'
import { isPromise } from './bytes.ts'

export type BodyIterator = Iterator<Bytes> | AsyncIterator<Bytes>

type Report = (error: unknown) => void

/**
 * Closes a body. `iterator` is undefined when iteration never began (a generator is then returned itself) and null when
 * it came to its end by itself. Never rejects: errors are reported.
 */
export function closeBody(
  body: Body,
  iterator: BodyIterator | null | undefined,
  report: Report,
): Promise<void> | undefined {
  const unfinished = (iterator === undefined ? body : (iterator ?? {})) as { return?: unknown }
  try {
    const closing = body.close?.()
    if (isPromise(closing)) return closing.then(() => returnIterator(unfinished, report), report)
  } catch (error) {
    report(error)
  }
  returnIterator(unfinished, report)
  return undefined
}

/** Not waited for: a generator that sleeps on a promise of its own may never wake. */
function returnIterator(iterator: { return?: unknown }, report: Report): void {
  if (typeof iterator.return !== 'function') return
  try {
    const returned: unknown = iterator.return()
    if (isPromise(returned)) void returned.then(undefined, report)
  } catch (error) {
    report(error)
  }
}

/** Calls the hooks, the last one added first, as Rack does: what began last ends first. */
export function callHooks(
  environ: Environ,
  status: string,
  headers: HeaderList,
  error: Error | undefined,
  report: Report,
): void {
  for (const hook of environ['tsgi.response_finished']?.toReversed() ?? []) {
    try {
      if (status === '') hook(environ, undefined, undefined, error)
      else hook(environ, status, headers, error)
    } catch (failure) {
      report(failure)
    }
  }
}
