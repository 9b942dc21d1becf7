/**
 * Syslog in the old form that nginx writes (RFC 3164): `<PRI>Mmm dd hh:mm:ss host tag: message`, over UDP or to a unix socket. A
 * datagram that nobody takes is lost, as syslog has it; the proxy never waits for a log.
 */
import { createSocket, type Socket } from 'node:dgram'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { LoggerProgram } from '@trivet/prefork/logger-program'

/** Who takes the messages. */
export type SyslogServer = { readonly host: string; readonly port: number } | { readonly path: string }

/** The parameters behind `syslog:`. */
export interface SyslogSettings {
  readonly server: SyslogServer
  /** 0 to 23 */
  readonly facility: number
  /** 0 (emerg) to 7 (debug); error logs use the level of each line instead. */
  readonly severity: number
  readonly tag: string
  readonly hasHostname: boolean
}

const facilities: readonly string[] =
  `kern user mail daemon auth intern lpr news uucp clock authpriv ftp ntp audit alert cron
   local0 local1 local2 local3 local4 local5 local6 local7`.split(/\s+/)
const severities: readonly string[] = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug']

/** Longer messages are cut: more may not fit into one datagram. */
const longestMessage = 2048

/** Reads what stands behind `syslog:`; throws a SyntaxError in nginx's words. */
export function parseSyslog(text: string): SyslogSettings {
  const given = new Map<string, string>()
  for (const part of text.split(',')) {
    const at = part.indexOf('=')
    const name = at === -1 ? part : part.slice(0, at)
    const isFlag = name === 'nohostname'
    if (isFlag !== (at === -1) || !known.has(name)) throw new SyntaxError(`unknown syslog parameter "${part}"`)
    if (given.has(name) && !isFlag) throw new SyntaxError(`duplicate syslog "${name}"`)
    given.set(name, part.slice(at + 1))
  }
  const server = given.get('server')
  if (server === undefined || server === '') throw new SyntaxError('no syslog server specified')
  return {
    server: parseServer(server),
    facility: indexIn(facilities, 'facility', given.get('facility') ?? 'local7'),
    severity: indexIn(severities, 'severity', given.get('severity') ?? 'info'),
    tag: checkedTag(given.get('tag') ?? 'nginx'),
    hasHostname: !given.has('nohostname'),
  }
}

const known: ReadonlySet<string> = new Set(['server', 'facility', 'severity', 'tag', 'nohostname'])

function indexIn(list: readonly string[], what: string, name: string): number {
  const index = list.indexOf(name)
  if (index === -1) throw new SyntaxError(`unknown syslog ${what} "${name}"`)
  return index
}

function checkedTag(tag: string): string {
  if (tag.length > 32) throw new SyntaxError('syslog tag length exceeds 32')
  if (!/^\w*$/.test(tag)) throw new SyntaxError('syslog "tag" only allows alphanumeric characters and underscore')
  return tag
}

function parseServer(server: string): SyslogServer {
  if (server.startsWith('unix:')) {
    const path = server.slice('unix:'.length)
    if (path === '') throw new SyntaxError(`no path in the unix domain socket in syslog server "${server}"`)
    return { path }
  }
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(server)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3] ?? 514)
  if (host === undefined || (match?.[1] !== undefined && isIP(host) !== 6))
    throw new SyntaxError(`invalid host in syslog server "${server}"`)
  if (port < 1 || port > 65_535) throw new SyntaxError(`invalid port in syslog server "${server}"`)
  return { host, port }
}

function loggerFor({ tag, hasHostname }: SyslogSettings, path: string): LoggerProgram {
  const to = ['--socket', path, '--socket-errors=off']
  const form = ['--prio-prefix', '--size', String(longestMessage), '--tag', tag, ...(hasHostname ? ['--rfc3164'] : [])]
  return new LoggerProgram([...to, ...form], (error) =>
    process.stderr.write(`nginx: cannot log to syslog by "logger": ${error.message}\n`),
  )
}

/** Sends lines to one syslog server. */
export class Syslog {
  readonly #settings: SyslogSettings
  /** Who sends to a unix socket. */
  readonly #program: LoggerProgram | undefined
  #socket: Socket | undefined

  constructor(settings: SyslogSettings) {
    this.#settings = settings
    if ('path' in settings.server) this.#program = loggerFor(settings, settings.server.path)
  }

  /** Sends one message, a string of bytes without its line end. */
  send(message: string, severity: number = this.#settings.severity): void {
    const { server, facility, tag, hasHostname } = this.#settings
    const priority = facility * 8 + severity
    if ('path' in server) {
      this.#program?.write(`<${priority}>${message.slice(0, longestMessage).replaceAll('\n', ' ')}\n`, 'latin1')
      return
    }
    const from = hasHostname ? `${hostname().toLowerCase()} ` : ''
    const head = `<${priority}>${syslogTime(new Date())} ${from}${tag}: `
    const datagram = Buffer.from(head + message.slice(0, longestMessage), 'latin1')
    this.#open(server.host).send(datagram, server.port, server.host)
  }

  /** Lets go of the socket; the next message opens it anew. */
  close(): void {
    this.#program?.close()
    this.#socket?.close()
    this.#socket = undefined
  }

  #open(host: string): Socket {
    if (this.#socket !== undefined) return this.#socket
    const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4')
    // Nobody listens there now; a later message may find somebody.
    socket.on('error', () => {
      if (this.#socket === socket) this.close()
    })
    socket.unref()
    this.#socket = socket
    return socket
  }
}

const months: readonly string[] = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

function syslogTime(date: Date): string {
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0'))
  return `${months[date.getMonth()]} ${String(date.getDate()).padStart(2)} ${time.join(':')}`
}
