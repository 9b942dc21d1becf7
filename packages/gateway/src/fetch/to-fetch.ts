import type { Application } from '../contract.ts'
import { serveRequest } from './serve-request.ts'

/** A Fetch handler out of an application, for Deno.serve, Bun.serve, edge platforms and tests. Trailers are dropped. */
export function toFetch(application: Application): (request: Request) => Promise<Response> {
  return (request) => serveRequest(application, request)
}
