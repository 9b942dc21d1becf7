/** `logger = [NAME ]PLUGIN[:ARGUMENTS]`, read: where lines can go. */
import { resolve } from 'node:path'
import { readNumber, ValueError } from '../../config/convert.ts'
import { readKeyValues } from '../../config/key-values.ts'

/** A place for lines. */
export type Sink =
  | {
      readonly kind: 'file'
      /** Absolute. */
      readonly path: string
      /** Bytes after which it is moved away; 0 for never. */
      readonly maxSize: number
      /** Its name then; absolute. Undefined: its own, a dot and the time. */
      readonly backup: string | undefined
    }
  | { readonly kind: 'stdio'; readonly fd: 1 | 2 }
  | { readonly kind: 'syslog'; readonly tag: string; readonly facility: string }
  /** UDP; with a priority, in syslog's format. */
  | { readonly kind: 'udp'; readonly host: string; readonly port: number; readonly priority: number | undefined }

/** A logger; one with a name gets only what a route sends there. */
export interface LoggerSettings {
  readonly name: string | undefined
  readonly sink: Sink
}

const facilities =
  'auth authpriv cron daemon ftp kern lpr mail news syslog user uucp local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  )

/** Daemon and notice, which uWSGI's rsyslog plugin takes when nothing is said. */
const defaultPriority = 29

const plugins: Readonly<Record<string, (args: string, directory: string) => Sink>> = {
  file: readFile,
  logfile: readFile,
  stdio: () => ({ kind: 'stdio', fd: 1 }),
  fd: (args) => ({ kind: 'stdio', fd: readNumber(args, [1, 2]) === 1 ? 1 : 2 }),
  syslog: readSyslog,
  rsyslog: (args) => {
    const [address = '', priority] = args.split(',')
    return {
      ...readUdp(address, 514),
      priority: priority === undefined ? defaultPriority : readNumber(priority, [0, 191]),
    }
  },
  socket: (args) => readUdp(args, undefined),
}

const elsewhere: Readonly<Record<string, string>> = {
  redislog: 'use `syslog` or a file, and a shipper of logs',
  mongodblog: 'use `syslog` or a file, and a shipper of logs',
  zeromq: 'use `syslog` or a file, and a shipper of logs',
  graylog2: 'use `rsyslog`, which Graylog takes',
  crypto: 'use `syslog` or a file, and a shipper of logs',
  pipe: 'write to standard output and pipe that',
}

/** Reads a logger; throws ValueError for what cannot be had. */
export function readLogger(text: string, directory: string): LoggerSettings {
  const match = /^(?:([^\s:]+)\s+)?([a-z0-9]+)(?::(.*))?$/s.exec(text.trim())
  const [, name, plugin = '', args = ''] = match ?? []
  const read = Object.hasOwn(plugins, plugin) ? plugins[plugin] : undefined
  if (read !== undefined) return { name, sink: read(args, directory) }
  const why = Object.hasOwn(elsewhere, plugin) ? elsewhere[plugin] : undefined
  if (why !== undefined) throw new ValueError(`\`${plugin}\` is not available: ${why}`)
  throw new ValueError(`expected [NAME ]file, stdio, syslog, rsyslog or socket with :ARGUMENTS, got \`${text}\``)
}

function readFile(args: string, directory: string): Sink {
  if (!args.includes('=')) {
    if (args === '') throw new ValueError('`file` needs a path')
    return { kind: 'file', path: resolve(directory, args), maxSize: 0, backup: undefined }
  }
  const given = readKeyValues(args, { logfile: 'path', maxsize: 'size', backupname: 'backup' } as const)
  if (given.path === undefined) throw new ValueError('`file` needs `logfile`')
  return {
    kind: 'file',
    path: resolve(directory, given.path),
    maxSize: given.size === undefined ? 0 : readNumber(given.size, [1, Number.MAX_SAFE_INTEGER]),
    backup: given.backup === undefined ? undefined : resolve(directory, given.backup),
  }
}

function readSyslog(args: string): Sink {
  const [tag = '', facility = 'daemon'] = args.split(',')
  if (!facilities.includes(facility)) throw new ValueError(`there is no syslog facility \`${facility}\``)
  return { kind: 'syslog', tag: tag === '' ? 'uwsgi' : tag, facility }
}

function readUdp(text: string, fallback: number | undefined): Extract<Sink, { kind: 'udp' }> {
  const match = /^(?:\[([^\]]+)\]|([^:/]+))(?::(\d+))?$/.exec(text)
  const port = match?.[3] === undefined ? fallback : readNumber(match[3], [1, 65_535])
  if (match === null || port === undefined) throw new ValueError(`expected HOST:PORT, got \`${text}\``)
  return { kind: 'udp', host: match[1] ?? match[2] ?? '', port, priority: undefined }
}
