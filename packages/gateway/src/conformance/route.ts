import type { Awaitable, Body, Bytes, Environ, StartResponse } from '../contract.ts'

/** What a route is given beside the call itself. */
export interface Visit {
  readonly environ: Environ
  readonly start: StartResponse
  readonly path: string
  /** How many arguments the server passed. */
  readonly arguments: number
  readonly note: (text: string) => void
  /** Resolves when `/release?PATH` is asked for. */
  readonly released: () => Promise<void>
  /** Whether the application's `start` has run. */
  readonly started: () => boolean
  /** Survives requests of the same route. */
  readonly memory: Map<string, unknown>
}

/** Answers one path. */
export type Route = (visit: Visit) => Awaitable<Body>

/** Bytes, one for each character. */
export const text = (value: string): Bytes => Buffer.from(value, 'latin1')

/** Answers 200 with a text. */
export function say(start: StartResponse, value: string): Body {
  start('200 OK', [['Content-Type', 'text/plain']])
  return [text(value)]
}

/** Answers that an optional key is absent: the case is then skipped. */
export function lacking(start: StartResponse, key: string): Body {
  start('501 Not Implemented', [['X-Conformance-Lacks', key]])
  return []
}
