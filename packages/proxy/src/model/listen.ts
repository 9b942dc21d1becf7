/** The `listen` directive: addresses in all of nginx's forms, and the sockets that have to be bound for them. */
import { parseTime } from '../language/values.ts'

/** One socket to bind. */
export interface ListenSpec {
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string }
  /** As nginx would print it: `0.0.0.0:80`, `[::]:80`, `unix:/path`. */
  readonly text: string
  readonly backlog?: number
  readonly reusePort: boolean
  readonly ipv6Only?: boolean
  /** Probes (SO_KEEPALIVE) of accepted connections; undefined is without. */
  readonly keepalive?: KeepaliveProbes
  /** Connections begin with a PROXY header. */
  readonly proxyProtocol?: boolean
}

/** When dead connections are found out. */
export interface KeepaliveProbes {
  /** Milliseconds of silence before the first probe; 0 leaves all three to the system. */
  readonly idle: number
  /** Milliseconds between probes. */
  readonly interval: number
  /** Probes without an answer. */
  readonly count: number
}

/** What a `listen` line asks for. */
export interface ListenLine {
  readonly specs: readonly ListenSpec[]
  readonly isDefault: boolean
  /** Parameters that are understood and cannot be heeded. */
  readonly ignored: readonly string[]
}

const later: Readonly<Record<string, string>> = {
  ssl: 'TLS is not supported yet: the `ssl` parameter of `listen` comes later',
  http2: 'HTTP/2 is not supported yet: the `http2` parameter of `listen` comes later',
  quic: 'HTTP/3 is not supported: the `quic` parameter of `listen` has no counterpart here',
}
const flags: ReadonlySet<string> = new Set([
  'default_server',
  'default',
  'reuseport',
  'deferred',
  'bind',
  'proxy_protocol',
])
/** Only how fast something goes depends on these. */
const tuning = /^(?:fastopen|accept_filter)=/
const ignored = /^(?:multipath$|(?:setfib|rcvbuf|sndbuf)=)/

/** Parses the words of a `listen` directive; throws a SyntaxError that says what is wrong. */
export function parseListen(words: readonly string[], defaultPort: number): ListenLine {
  const [target = '', ...options] = words
  let backlog: number | undefined
  let ipv6Only: boolean | undefined
  let keepalive: KeepaliveProbes | undefined
  for (const option of options) {
    const message = later[option]
    if (message !== undefined) throw new SyntaxError(message)
    const [name = '', value = ''] = option.split('=')
    if (name === 'backlog' && /^[1-9]\d*$/.test(value)) backlog = Number(value)
    else if (name === 'backlog') throw new SyntaxError(`invalid backlog "${value}"`)
    else if (name === 'ipv6only' && (value === 'on' || value === 'off')) ipv6Only = value === 'on'
    else if (name === 'so_keepalive') keepalive = parseKeepalive(value)
    else if (!flags.has(option) && !tuning.test(option) && !ignored.test(option))
      throw new SyntaxError(`invalid parameter "${option}"`)
  }
  const common = {
    reusePort: options.includes('reuseport'),
    ...(backlog === undefined ? {} : { backlog }),
    ...(ipv6Only === undefined ? {} : { ipv6Only }),
    ...(keepalive === undefined ? {} : { keepalive }),
    ...(options.includes('proxy_protocol') ? { proxyProtocol: true } : {}),
  }
  const specs = parseAddress(target, defaultPort).map((address) => ({ address, text: addressText(address), ...common }))
  return {
    specs,
    isDefault: options.includes('default_server') || options.includes('default'),
    ignored: options.filter((option) => ignored.test(option)).map((option) => option.split('=')[0] ?? option),
  }
}

/** Linux's, in milliseconds: Node sets all three or none. */
const usualProbes: KeepaliveProbes = { idle: 7_200_000, interval: 75_000, count: 9 }

/** `on`, `off`, `30m::10`: undefined for `off`, which is how Node has it. */
function parseKeepalive(value: string): KeepaliveProbes | undefined {
  if (value === 'off') return undefined
  if (value === 'on') return { idle: 0, interval: 0, count: 0 }
  const [idle = '', interval = '', count = '', ...more] = value.split(':')
  const given = {
    idle: idle === '' ? 0 : parseTime(idle, 's'),
    interval: interval === '' ? 0 : parseTime(interval, 's'),
    count: /^\d{0,4}$/.test(count) ? Number(count) : undefined,
  }
  const numbers = Object.values(given)
  if (more.length > 0 || numbers.includes(undefined) || numbers.every((number) => number === 0))
    throw new SyntaxError(`invalid so_keepalive value: "${value}"`)
  return {
    idle: given.idle || usualProbes.idle,
    interval: given.interval || usualProbes.interval,
    count: given.count || usualProbes.count,
  }
}

function parseAddress(target: string, defaultPort: number): ListenSpec['address'][] {
  if (target.startsWith('unix:')) {
    const path = target.slice('unix:'.length)
    if (path === '') throw new SyntaxError(`no path in the unix domain socket in "${target}" of the "listen" directive`)
    return [{ path }]
  }
  const bracketed = /^\[([0-9a-f:.]+)\](?::([\d-]+))?$/i.exec(target)
  if (bracketed !== null)
    return ports(bracketed[2], defaultPort, target).map((port) => ({ host: bracketed[1] ?? '::', port }))
  if (/^\d+(?:-\d+)?$/.test(target))
    return ports(target, defaultPort, target).map((port) => ({ host: '0.0.0.0', port }))
  const [host = '', text, ...rest] = target.split(':')
  if (rest.length > 0 || host === '') throw new SyntaxError(`invalid host in "${target}" of the "listen" directive`)
  const named = host === '*' ? '0.0.0.0' : host === 'localhost' ? '127.0.0.1' : host
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(named))
    throw new SyntaxError(`host not found in "${target}" of the "listen" directive`)
  return ports(text, defaultPort, target).map((port) => ({ host: named, port }))
}

function ports(text: string | undefined, defaultPort: number, target: string): number[] {
  if (text === undefined) return [defaultPort]
  const [first, last = first] = text.split('-').map(Number)
  if (first === undefined || last === undefined || !(first >= 1 && first <= last && last <= 65535)) {
    throw new SyntaxError(`invalid port in "${target}" of the "listen" directive`)
  }
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** An address as nginx prints it. */
export function addressText(address: ListenSpec['address']): string {
  if ('path' in address) return `unix:${address.path}`
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

/** True for an address that takes connections to every local address. */
export function isWildcard(address: ListenSpec['address']): boolean {
  return 'host' in address && (address.host === '0.0.0.0' || /^[0:]+$/.test(address.host))
}
