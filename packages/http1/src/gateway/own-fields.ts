import { httpDate } from '../codec/date.ts'
import { fieldLine } from '../codec/writer.ts'

let date = ''
let dateLine = ''

/** Date, Server and Connection, as far as the application did not send them; lines are made once per second. */
export function ownFields(
  serverName: string,
  keepAlive: boolean,
  minorVersion: 0 | 1,
  hasDate: boolean,
  hasServer: boolean,
): string {
  let lines = ''
  if (!hasDate) {
    const now = httpDate()
    if (now !== date) {
      date = now
      dateLine = `Date: ${now}\r\n`
    }
    lines = dateLine
  }
  if (!hasServer && serverName !== '') lines += fieldLine('Server', serverName)
  if (!keepAlive) return `${lines}Connection: close\r\n`
  return minorVersion === 0 ? `${lines}Connection: keep-alive\r\n` : lines
}
