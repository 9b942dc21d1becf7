import { STATUS_CODES } from 'node:http'

/** A whole answer in the application's place; `ownFields` are the front's lines, each with its CR LF. */
export function errorAnswer(status: number, ownFields: string): string {
  const reason = STATUS_CODES[status] ?? 'Error'
  const body = `${status} ${reason}\n`
  const fields = `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n${ownFields}`
  return `HTTP/1.1 ${status} ${reason}\r\n${fields}\r\n${body}`
}
