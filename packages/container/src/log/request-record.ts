import type { Environ, HeaderList } from '@trivet/gateway'

/** One answered request, as log lines see it. */
export interface RequestRecord {
  readonly environ: Environ
  /** `200 OK`; undefined when there was no response. */
  readonly status: string | undefined
  readonly headers: HeaderList
  /** Bytes of body that the application generated. */
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly started: number
  /** Milliseconds. */
  readonly duration: number
  /** How many requests this worker has answered, this one included. */
  readonly count: number
}

/** How many variables a request has and what they would weigh in a uwsgi packet. */
export function measureVars(environ: Environ): { readonly count: number; readonly bytes: number } {
  let count = 0
  let bytes = 0
  for (const key in environ) {
    if (key.startsWith('tsgi.')) continue
    const value = environ[key as 'REQUEST_METHOD']
    if (typeof value !== 'string') continue
    count += 1
    bytes += 4 + key.length + value.length
  }
  return { count, bytes }
}

/** What the application's head weighs on the wire: status line, fields, blank line. */
export function headBytes(record: RequestRecord): number {
  if (record.status === undefined) return 0
  let bytes = 'HTTP/1.1 \r\n\r\n'.length + record.status.length
  for (const [name, value] of record.headers) bytes += name.length + value.length + 4
  return bytes
}

/** As the client sent it where that is known. */
export function requestUri(environ: Environ): string {
  if (environ.REQUEST_URI !== undefined) return environ.REQUEST_URI
  const query = environ.QUERY_STRING === '' ? '' : `?${environ.QUERY_STRING}`
  return `${environ.SCRIPT_NAME}${environ.PATH_INFO}${query}`
}

/** Makes a text from outside safe for one line of a log. */
export function oneLine(text: string): string {
  // Nothing else ends a line or moves a terminal's cursor.
  return /[\u0000-\u001f\u007f-\u009f]/.test(text)
    ? text.replaceAll(
        /[\u0000-\u001f\u007f-\u009f]/g,
        (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
      )
    : text
}
