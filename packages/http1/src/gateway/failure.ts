import type { Body, Environ, HeaderList, StartResponse } from '@trivet/gateway'
import type { ClientError } from '../client/client-error.ts'

interface LocalError {
  readonly side?: unknown
  readonly status?: unknown
}

/**
 * The answer to a call that could not be made: 504 when the server was late, 502 when it failed, and when the request
 * itself cannot be put on the wire what its error says (431 when it is too large). One line goes to `tsgi.errors`.
 * Throws the error when the client is gone, or when the request is a fault of the application's.
 */
export function answerFailure(error: ClientError, environ: Environ, startResponse: StartResponse): Body {
  const signal = environ['tsgi.signal']
  if (signal.aborted) throw signal.reason
  const { side, status } = (error.cause ?? {}) as LocalError
  if (error.code === 'aborted' || (side === 'local' && status !== 431)) throw error
  environ['tsgi.errors'].write(`forward: ${error.message}\n`)
  if (side === 'local') return answer(startResponse, '431 Request Header Fields Too Large', 'the request is too large')
  return error.code.endsWith('-timeout')
    ? answer(startResponse, '504 Gateway Timeout', 'the server behind did not answer in time')
    : answer(startResponse, '502 Bad Gateway', 'the server behind did not answer')
}

/** A short text in the place of the server's answer. */
export function answer(startResponse: StartResponse, status: string, text: string): Body {
  const headers: HeaderList = [['Content-Type', 'text/plain; charset=utf-8']]
  startResponse(status, headers)
  return [Buffer.from(`${status}\n\n${text}\n`)]
}
