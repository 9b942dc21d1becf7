import type { Application, Body, HeaderList, StartResponse } from '@trivet/gateway'

/** Answers with the status as text: `404 Not Found`. */
export function answerPlain(
  startResponse: StartResponse,
  status: string,
  headers: HeaderList = [],
  error?: Error | null,
): Body {
  startResponse(status, [['Content-Type', 'text/plain; charset=utf-8'], ...headers], error)
  return [Buffer.from(`${status.slice(4)}\n`)]
}

/** The application that has nothing: `404 Not Found`. */
export const notFound: Application = (_environ, startResponse) => answerPlain(startResponse, '404 Not Found')
