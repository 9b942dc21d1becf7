/**
 * The request log is a middleware: it sees status and body pass, whatever front the request came by.
 */
import type { Application, Body, Environ, HeaderList, Middleware, Write } from '@trivet/gateway'
import { countBytes } from './counted-body.ts'
import type { RequestRecord } from './request-record.ts'

/** Calls `onRequest` once per request, when its response has ended or was given up. */
export function requestLog(onRequest: (record: RequestRecord) => void): Middleware {
  let count = 0
  return (application: Application): Application =>
    (environ, startResponse) => {
      count += 1
      const entry = new Entry(environ, count, onRequest)
      // The hooks run last to first: this one sees what the application's own did.
      const hooks = (environ['tsgi.response_finished'] ??= [])
      hooks.push(entry.finished)
      const body = application(environ, (status, headers, excInfo) =>
        entry.counting(startResponse(status, headers, excInfo)),
      )
      return body instanceof Promise ? body.then((value) => entry.body(value)) : entry.body(body)
    }
}

class Entry {
  readonly #environ: Environ
  readonly #count: number
  readonly #onRequest: (record: RequestRecord) => void
  readonly #started = performance.now()
  #bytes = 0

  constructor(environ: Environ, count: number, onRequest: (record: RequestRecord) => void) {
    this.#environ = environ
    this.#count = count
    this.#onRequest = onRequest
  }

  readonly finished = (_: Environ, status?: string, headers?: HeaderList): void => {
    this.#onRequest({
      environ: this.#environ,
      status,
      headers: headers ?? [],
      bytes: this.#environ.REQUEST_METHOD === 'HEAD' ? 0 : this.#bytes,
      started: performance.timeOrigin + this.#started,
      duration: performance.now() - this.#started,
      count: this.#count,
    })
  }

  body(body: Body): Body {
    return countBytes(body, this.#add)
  }

  counting(write: Write): Write {
    return (chunk) => {
      this.#add(chunk.length)
      return write(chunk)
    }
  }

  readonly #add = (bytes: number): void => {
    this.#bytes += bytes
  }
}
