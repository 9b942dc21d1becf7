import type { UwsgiError } from '../errors.ts'

// An `import` of node:http would load fetch, HTTP/2 and web streams along: 60 ms and 16 MB.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

/** The response that tells a peer which rule it broke; uWSGI would close without a word. */
export function refusalText(error: UwsgiError): string {
  const body = `${error.status} ${STATUS_CODES[error.status] ?? 'Refused'}\n\nuwsgi [${error.code}]: ${printable(error.message)}\n`
  return (
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Refused'}\r\n` +
    `Content-Type: text/plain; charset=iso-8859-1\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
  )
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}
