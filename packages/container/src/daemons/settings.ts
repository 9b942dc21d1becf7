/** `attach-daemon` and its relatives, read: uwsgi_opt_add_daemon and uwsgi_opt_add_daemon2 in uWSGI's core/daemons.c. */
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { findGroup, findUser } from '../config/accounts.ts'
import { readNumber, ValueError } from '../config/convert.ts'
import { readKeyValues } from '../config/key-values.ts'

/** A program that lives as long as the master, or is kept alive by its pid file. */
export interface DaemonSettings {
  readonly command: string
  /** Absolute; a daemon with one goes into the background by itself, outlives the master, and is known by the number in there. */
  readonly pidFile: string | undefined
  /** The master puts it into the background and writes the pid file. */
  readonly daemonize: boolean
  /** Seconds that a new daemon has to write its pid file. */
  readonly frequency: number
  /** When it ends, the master stops. */
  readonly control: boolean
  readonly stopSignal: number
  /** Sent on reload. */
  readonly reloadSignal: number | undefined
  /** With a pid file: told of stop and reload all the same. */
  readonly notify: boolean
  readonly stdin: boolean
  readonly uid: number | undefined
  readonly gid: number | undefined
  /** Absolute. */
  readonly directory: string
  /** Files that restart it when they are touched; absolute. */
  readonly touch: readonly string[]
  /** Most seconds between two starts. */
  readonly maxThrottle: number
}

/** uWSGI's `arbitrary value` for a daemon that keeps dying. */
const defaultThrottle = 300

const keys = {
  command: 'command',
  cmd: 'command',
  exec: 'command',
  freq: 'freq',
  pidfile: 'pidfile',
  control: 'control',
  daemonize: 'daemonize',
  daemon: 'daemonize',
  touch: 'touch',
  stopsignal: 'stop',
  stop_signal: 'stop',
  reloadsignal: 'reload',
  reload_signal: 'reload',
  stdin: 'stdin',
  uid: 'uid',
  gid: 'gid',
  chdir: 'chdir',
  max_throttle: 'throttle',
  notifypid: 'notify',
  legion: 'legion',
  ns_pid: 'namespace',
} as const

/** `attach-daemon = command`. */
export function readDaemon(text: string, directory: string): DaemonSettings {
  if (text.trim() === '') throw new ValueError('expected a command')
  return { ...plain, command: text, directory }
}

/** `smart-attach-daemon = pidfile[,freq] command`. */
export function readSmartDaemon(text: string, directory: string): DaemonSettings {
  const match = /^([^\s,]+)(?:,(\d+))?\s+(.+)$/s.exec(text)
  if (match === null) throw new ValueError(`expected PIDFILE[,SECONDS] COMMAND, got \`${text}\``)
  const [, file = '', frequency, command = ''] = match
  return {
    ...plain,
    command,
    directory,
    pidFile: resolve(directory, file),
    ...(frequency === undefined ? {} : { frequency: readNumber(frequency, [1, 86_400]) }),
  }
}

/** `attach-daemon2 = cmd=...,pidfile=...,freq=...`. */
export function readKeyedDaemon(text: string, directory: string): DaemonSettings {
  const given = readKeyValues(text, keys)
  if (given.command === undefined || given.command === '') throw new ValueError('needs `cmd`')
  if (given.legion !== undefined) throw new ValueError('there are no legions here')
  if (given.namespace !== undefined) throw new ValueError('`ns_pid` is not available; use `unshare -p` in the command')
  const folder = given.chdir === undefined ? directory : resolve(directory, given.chdir)
  const account = given.uid === undefined ? undefined : findUser(given.uid)
  return {
    command: given.command,
    pidFile: given.pidfile === undefined ? undefined : resolve(directory, given.pidfile),
    daemonize: given.daemonize !== undefined,
    frequency: number(given.freq, plain.frequency, [1, 86_400]),
    control: given.control !== undefined,
    stopSignal: given.stop === undefined ? plain.stopSignal : readSignal(given.stop),
    reloadSignal: given.reload === undefined ? undefined : readSignal(given.reload),
    notify: given.notify !== undefined,
    stdin: given.stdin !== undefined,
    uid: account?.uid,
    gid: given.gid === undefined ? account?.gid : findGroup(given.gid),
    directory: folder,
    touch: (given.touch ?? '')
      .split(';')
      .filter(Boolean)
      .map((path) => resolve(directory, path)),
    maxThrottle: number(given.throttle, plain.maxThrottle, [1, 86_400]),
  }
}

/** A signal by number or name, with or without `SIG`. */
export function readSignal(text: string): number {
  const signals: Readonly<Record<string, number>> = constants.signals
  const name = text.toUpperCase()
  const known = signals[name] ?? signals[`SIG${name}`]
  if (known !== undefined) return known
  if (/^\d+$/.test(text) && Object.values(signals).includes(Number(text))) return Number(text)
  throw new ValueError(`expected a signal's number or name, got \`${text}\``)
}

const plain: DaemonSettings = {
  command: '',
  pidFile: undefined,
  daemonize: false,
  frequency: 10,
  control: false,
  stopSignal: constants.signals.SIGTERM,
  reloadSignal: undefined,
  notify: false,
  stdin: false,
  uid: undefined,
  gid: undefined,
  directory: '/',
  touch: [],
  maxThrottle: defaultThrottle,
}

function number(text: string | undefined, fallback: number, range: readonly [number, number]): number {
  return text === undefined ? fallback : readNumber(text, range)
}
