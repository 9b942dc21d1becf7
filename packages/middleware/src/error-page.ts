/**
 * What a client sees of an error. PEP 3333's excInfo decides whether anything can be shown: startResponse replaces the
 * head while nothing was sent, and throws the error on once something was, so that the server breaks the connection.
 */
import type { Awaitable, Body, Bytes, Environ, HeaderList, Middleware, StartResponse } from '@trivet/gateway'
import { watchBody } from './exchange/watched-body.ts'

/** Options of `errorPage`. */
export interface ErrorPageOptions {
  /** Shows message, stack and request; default false: for whoever develops, never for strangers. */
  readonly development?: boolean
  /** Learns of each error; must not throw. Default: the stack to `tsgi.errors`. */
  readonly onError?: (error: Error, environ: Environ) => void
}

/** Answers 500 for what the application throws: a readable page in development, a bare line otherwise. */
export function errorPage(options: ErrorPageOptions = {}): Middleware {
  const { development = false, onError = logError } = options
  return (application) => (environ, startResponse) => {
    const answer = (thrown: unknown): Bytes => {
      const error = thrown instanceof Error ? thrown : new Error(`thrown: ${String(thrown)}`, { cause: thrown })
      // Nobody is there to read it, and the abort is no fault of the application.
      if (environ['tsgi.signal'].aborted) throw error
      const page = begin(startResponse, environ, error, development)
      onError(error, environ)
      return page
    }
    const guard = (body: Body): Body => watchBody(body, { failed: answer })
    try {
      const body: Awaitable<Body> = application(environ, startResponse)
      return body instanceof Promise ? body.then(guard, (error: unknown) => [answer(error)]) : guard(body)
    } catch (error) {
      return [answer(error)]
    }
  }
}

function begin(startResponse: StartResponse, environ: Environ, error: Error, development: boolean): Bytes {
  const html = (environ['HTTP_ACCEPT'] ?? '').includes('text/html')
  const text = development ? (html ? page(error, environ) : `${error.stack}\n`) : 'Internal Server Error\n'
  const type = development && html ? 'text/html' : 'text/plain'
  const headers: HeaderList = [
    ['Content-Type', `${type}; charset=utf-8`],
    ['Cache-Control', 'no-store'],
  ]
  startResponse('500 Internal Server Error', headers, error)
  return Buffer.from(text)
}

function logError(error: Error, environ: Environ): void {
  environ['tsgi.errors'].write(`${error.stack ?? String(error)}\n`)
  environ['tsgi.errors'].flush()
}

function page(error: Error, environ: Environ): string {
  const rows = Object.entries(environ)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .map(([key, value]) => `<tr><th>${escapeHtml(key)}</th><td>${escapeHtml(hidden(key, value))}</td></tr>`)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(error.message)}</title><style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; color: #222 } h1 { font-size: 1.3rem }
pre { background: #f4f4f4; padding: 1rem; overflow: auto } th { text-align: left; padding-right: 1rem; font-weight: 500 }
</style></head><body>
<h1>${escapeHtml(`${error.name}: ${error.message}`)}</h1>
<pre>${escapeHtml(trace(error))}</pre>
<table>${rows.join('\n')}</table>
</body></html>
`
}

/** The stack and, below it, those of its causes. */
function trace(error: Error): string {
  const own = error.stack ?? String(error)
  return error.cause instanceof Error ? `${own}\ncaused by ${trace(error.cause)}` : own
}

/** A page is looked at, photographed and pasted: no passwords. */
function hidden(key: string, value: string): string {
  return /COOKIE|AUTHORIZATION|TOKEN|SECRET|PASSWORD/.test(key) ? '(hidden)' : value
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
