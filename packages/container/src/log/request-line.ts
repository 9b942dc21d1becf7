/**
 * uWSGI's line per request (uwsgi_logit_simple in its core/logging.c) and its `log-format`. Two figures have no
 * counterpart and are given as: requests of all workers = those of this one, switches = 1.
 */
import { readFileSync } from 'node:fs'
import type { RequestLogSettings } from '../config/model/logs.ts'
import { commonLogTime, ctime } from './clock.ts'
import { headBytes, measureVars, oneLine, requestUri, type RequestRecord } from './request-record.ts'
import { strftime } from './strftime.ts'

/** Makes the line for one request, without its end. */
export type RequestLine = (record: RequestRecord) => string

/** The default line. */
export function standardLine(record: RequestRecord, micros = false): string {
  const { environ } = record
  const time = micros ? `${Math.floor(record.duration * 1000)} micros` : `${Math.floor(record.duration)} msecs`
  const vars = measureVars(environ)
  const user = environ['REMOTE_USER' as 'HTTP_REMOTE_USER'] ?? ''
  return oneLine(
    `[pid: ${process.pid}|app: 0|req: ${record.count}/${record.count}] ${environ.REMOTE_ADDR ?? ''} (${user}) ` +
      `{${vars.count} vars in ${vars.bytes} bytes} [${ctime(record.started)}] ${environ.REQUEST_METHOD} ${requestUri(environ)} => ` +
      `generated ${record.bytes} bytes in ${time} (${environ.SERVER_PROTOCOL} ${statusCode(record)}) ` +
      `${record.headers.length} headers in ${headBytes(record)} bytes (1 switches on core 0)`,
  )
}

const statusCode = (record: RequestRecord): string => record.status?.slice(0, 3) ?? '0'

/** The variables of `log-format`. */
const variables: Readonly<Record<string, (record: RequestRecord, slot: number) => string | number | undefined>> = {
  uri: ({ environ }) => requestUri(environ),
  method: ({ environ }) => environ.REQUEST_METHOD,
  user: ({ environ }) => environ['REMOTE_USER' as 'HTTP_REMOTE_USER'],
  addr: ({ environ }) => environ.REMOTE_ADDR,
  host: ({ environ }) => environ['HTTP_HOST'],
  proto: ({ environ }) => environ.SERVER_PROTOCOL,
  uagent: ({ environ }) => environ['HTTP_USER_AGENT'],
  referer: ({ environ }) => environ['HTTP_REFERER'],
  status: statusCode,
  rsize: ({ bytes }) => bytes,
  hsize: headBytes,
  size: (record) => record.bytes + headBytes(record),
  cl: ({ environ }) => environ.CONTENT_LENGTH ?? 0,
  micros: ({ duration }) => Math.floor(duration * 1000),
  msecs: ({ duration }) => Math.floor(duration),
  secs: ({ duration }) => Math.floor(duration / 1000),
  time: ({ started }) => Math.floor(started / 1000),
  tmsecs: ({ started }) => Math.floor(started),
  tmicros: ({ started }) => Math.floor(started * 1000),
  epoch: () => Math.floor(Date.now() / 1000),
  ctime: ({ started }) => ctime(started),
  ltime: ({ started }) => commonLogTime(started),
  ftime: ({ started }) => commonLogTime(started),
  pid: () => process.pid,
  wid: (_, slot) => slot + 1,
  vars: ({ environ }) => measureVars(environ).count,
  pktsize: ({ environ }) => measureVars(environ).bytes,
  headers: ({ headers }) => headers.length,
  core: () => 0,
  switches: () => 1,
}

/** Compiles a `log-format` once; what a request does not have, and unknown variables, print as `-`. */
export function compileFormat(format: string, slot: number, timed = false): RequestLine {
  const parts = format.split(/(%\([^)]*\))/).map((part): ((record: RequestRecord) => string) => {
    // Only the format's own text: what a client sends, such as `%20`, is no conversion.
    if (!part.startsWith('%(')) return timed ? ({ started }) => strftime(part, started) : () => part
    const name = part.slice(2, -1)
    if (name.startsWith('var.')) {
      const key: string = name.slice('var.'.length)
      return ({ environ }) => {
        const value = (environ as unknown as Readonly<Record<string, unknown>>)[key]
        return typeof value === 'string' ? oneLine(value) : '-'
      }
    }
    const variable = variables[name]
    return variable === undefined ? () => '-' : (record) => oneLine(String(variable(record, slot) ?? '-'))
  })
  return (record) => parts.map((part) => part(record)).join('')
}

/** The line that the settings ask for. */
export function compileLine(settings: RequestLogSettings, slot: number): RequestLine {
  const { format, micros } = settings
  const plain =
    format === undefined
      ? (record: RequestRecord) => standardLine(record, micros)
      : compileFormat(format, slot, settings.strftime)
  const named: RequestLine = settings.forwardedFor ? (record) => plain(fromForwarded(record)) : plain
  return settings.memory ? (record) => `${memoryReport()} ${named(record)}` : named
}

/** With the client that a proxy in front names; whoever reaches the container directly can name whom he likes. */
function fromForwarded(record: RequestRecord): RequestRecord {
  const client = record.environ['HTTP_X_FORWARDED_FOR']
  return client === undefined ? record : { ...record, environ: { ...record.environ, REMOTE_ADDR: client } }
}

function memoryReport(): string {
  const rss = process.memoryUsage.rss()
  const vsz = addressSpace()
  const megabytes = (bytes: number): number => Math.floor(bytes / 1_048_576)
  return `{address space usage: ${vsz} bytes/${megabytes(vsz)}MB} {rss usage: ${rss} bytes/${megabytes(rss)}MB}`
}

/** 0 where the system does not tell. */
function addressSpace(): number {
  if (process.platform !== 'linux') return 0
  return Number(/^VmSize:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0) * 1024
}
