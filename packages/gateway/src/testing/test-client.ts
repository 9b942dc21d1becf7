import type { Application, Environ } from '../contract.ts'
import { serveRequest } from '../fetch/serve-request.ts'
import { lint } from '../lint/lint.ts'

/** Options of `testClient`. */
export interface TestClientOptions {
  /** What relative URLs are resolved against; default `http://localhost`. */
  readonly origin?: string
  /** Pairs added to each environ, for example `REMOTE_ADDR`. */
  readonly environ?: Partial<Environ>
  /** Whether each request is checked against the contract; default true. */
  readonly lint?: boolean
}

/** Speaks to one application, in memory. */
export interface TestClient {
  /** As the global fetch, with relative URLs, without redirects followed; streams flow both ways. */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>
  /** What the application threw, in order; the client itself sees a 500 or a broken stream. */
  readonly errors: readonly Error[]
  /** Calls the application's `stop`, when its `start` has run. */
  close(): Promise<void>
}

/** A client for an application under test: no socket, no server, the same engine as in production. Its `start` runs before the first fetch. */
export function testClient(application: Application, options: TestClientOptions = {}): TestClient {
  const checked = options.lint === false ? application : lint(application)
  const errors: Error[] = []
  let started: Promise<void> | undefined
  const onError = (error: Error): void => void errors.push(error)
  return {
    errors,
    async close() {
      if (started === undefined) return
      await started
      started = undefined
      await application.stop?.()
    },
    async fetch(url, init = {}) {
      await (started ??= (async () => application.start?.())())
      const request = new Request(new URL(url, options.origin ?? 'http://localhost'), withDuplex(init))
      if (request.body === null || init.body instanceof ReadableStream) {
        return serveRequest(checked, request, { environ: options.environ, onError })
      }
      const body = new Uint8Array(await request.arrayBuffer())
      const environ = { ...options.environ, CONTENT_LENGTH: String(body.length) }
      return serveRequest(checked, request, { body, environ, onError })
    },
  }
}

function withDuplex(init: RequestInit): RequestInit {
  return init.body instanceof ReadableStream ? { ...init, duplex: 'half' } : init
}
