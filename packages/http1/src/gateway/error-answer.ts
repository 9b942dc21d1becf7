// An `import` of node:http would load fetch, HTTP/2 and web streams along: 60 ms and 16 MB.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

/** A whole answer in the application's place; `ownFields` are the front's lines, each with its CR LF. */
export function errorAnswer(status: number, ownFields: string): string {
  const reason = STATUS_CODES[status] ?? 'Error'
  const body = `${status} ${reason}\n`
  const fields = `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n${ownFields}`
  return `HTTP/1.1 ${status} ${reason}\r\n${fields}\r\n${body}`
}
