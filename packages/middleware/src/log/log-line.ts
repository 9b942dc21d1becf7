/** One line per request: NCSA's common log format, Apache's combined, and JSON. */
import { requestTarget } from '@trivet/gateway/server'
import type { Environ } from '@trivet/gateway'

/** What is known when a response has ended. */
export interface LoggedExchange {
  readonly environ: Environ
  readonly began: Date
  /** 0 when the application never said one and no answer of the server is known. */
  readonly status: number
  /** Of the body, as the application gave them. */
  readonly bytes: number
  readonly milliseconds: number
  readonly error: Error | undefined
}

/** Makes the line, without its end. */
export type LogFormat = (exchange: LoggedExchange) => string

/** `host - user [time] "request" status bytes`. */
export const commonFormat: LogFormat = ({ environ, began, status, bytes }) => {
  const request = `${environ.REQUEST_METHOD} ${requestTarget(environ)} ${environ.SERVER_PROTOCOL}`
  const size = bytes === 0 ? '-' : String(bytes)
  return `${field(environ.REMOTE_ADDR)} - ${field(userOf(environ))} [${clfTime(began)}] "${escaped(request)}" ${status} ${size}`
}

/** The common format, then `"referer" "user agent"`. */
export const combinedFormat: LogFormat = (exchange) => {
  const { environ } = exchange
  return `${commonFormat(exchange)} "${escaped(environ['HTTP_REFERER'] ?? '-')}" "${escaped(environ['HTTP_USER_AGENT'] ?? '-')}"`
}

/** One JSON object. */
export const jsonFormat: LogFormat = ({ environ, began, status, bytes, milliseconds, error }) =>
  JSON.stringify({
    time: began.toISOString(),
    remote: environ.REMOTE_ADDR,
    user: userOf(environ),
    method: environ.REQUEST_METHOD,
    target: requestTarget(environ),
    protocol: environ.SERVER_PROTOCOL,
    host: environ['HTTP_HOST'],
    status,
    bytes,
    milliseconds: Math.round(milliseconds * 1000) / 1000,
    referer: environ['HTTP_REFERER'],
    userAgent: environ['HTTP_USER_AGENT'],
    requestId: own(environ, 'tsgi.request_id'),
    error: error?.message,
  })

function userOf(environ: Environ): string | undefined {
  return own(environ, 'REMOTE_USER')
}

/** Keys that other middleware may have added. */
function own(environ: Environ, key: string): string | undefined {
  const value = (environ as unknown as Record<string, unknown>)[key]
  return typeof value === 'string' ? value : undefined
}

/** A field between spaces cannot hold one. */
function field(text: string | undefined): string {
  return text === undefined || text === '' ? '-' : escaped(text).replaceAll(' ', '\\x20')
}

/** As Apache and nginx do: what could end the field or the line, or is no ASCII, becomes `\xHH`. */
function escaped(text: string): string {
  return text.replace(
    /[^\x20-\x7e]|["\\]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function clfTime(date: Date): string {
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(date.toISOString()) ?? []
  return `${day}/${months[Number(month) - 1]}/${year}:${time} +0000`
}
