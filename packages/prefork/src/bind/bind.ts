import { lookup } from 'node:dns/promises'
import { existsSync, lstatSync } from 'node:fs'
import net from 'node:net'
import { dirname } from 'node:path'
import { formatAddress, type Address } from '../address.ts'
import { PreforkError, type PreforkErrorCode } from '../error.ts'
import { bindRaw, type RawSocket } from './bound-socket.ts'
import { bindPath, clearStale, closePath } from './unix-path.ts'

/** How to bind; `mode`, `uid` and `gid` are for unix sockets, the last two for TCP. */
export interface BindOptions {
  /** How many connections wait in the kernel while all workers are busy or restarting; cut to `net.core.somaxconn`. Default 511, as in nginx and Node. */
  readonly backlog?: number
  /** Permissions of the socket file. Default 0o666 less the umask. */
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  /** SO_REUSEPORT: several masters may bind the same port. */
  readonly reusePort?: boolean
  /** Keep an IPv6 wildcard off IPv4. */
  readonly ipv6Only?: boolean
}

/** A bound socket to hand to workers. The master neither listens nor accepts on it, it only keeps it open. */
export interface BoundListener {
  /** With the real port when 0 was asked for. */
  readonly address: Address
  readonly fd: number
  readonly backlog: number
  /** Closes the master's descriptor; a unix socket's file goes too unless `unlink` is false. */
  close(options?: { readonly unlink?: boolean }): void
}

const defaultBacklog = 511

/** Binds an address. Throws PreforkError `address-in-use`, `address-denied`, `address-invalid`, `not-a-socket` or `bind-failed`, all naming the address. */
export async function bind(address: Address, options: BindOptions = {}): Promise<BoundListener> {
  const backlog = options.backlog ?? defaultBacklog
  if ('path' in address) return await bindUnix(address.path, backlog, options)
  const host = await numeric(address)
  const { port } = address
  const { ipv6Only = false, reusePort = false } = options
  const socket = attempt(address, () => bindRaw({ host, port, ipv6Only, reusePort }))
  return { address: { host, port: socket.port ?? port }, fd: socket.fd, backlog, close: () => socket.close() }
}

async function numeric(address: { readonly host: string; readonly port: number }): Promise<string> {
  const { host, port } = address
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new PreforkError('address-invalid', `cannot bind to ${formatAddress(address)}: the port must be 0 to 65535`)
  }
  if (net.isIP(host) !== 0) return host
  try {
    return (await lookup(host)).address
  } catch (cause) {
    throw new PreforkError('address-invalid', `cannot bind to ${formatAddress(address)}: host not found`, { cause })
  }
}

/** The kernel's structure has 108 bytes, the last one for the terminating NUL. */
const maxPath = 107

async function bindUnix(path: string, backlog: number, options: BindOptions): Promise<BoundListener> {
  const address: Address = { path }
  const bytes = Buffer.byteLength(path)
  if (bytes > maxPath) {
    const why = `the path holds ${bytes} bytes, a unix socket's at most ${maxPath}`
    throw new PreforkError('address-invalid', `cannot bind to ${formatAddress(address)}: ${why}`)
  }
  if (path.startsWith('\0')) {
    const socket = attempt(address, () => bindRaw({ path }))
    return { address, fd: socket.fd, backlog, close: () => socket.close() }
  }
  if (!existsSync(dirname(path))) {
    throw new PreforkError('address-invalid', `cannot bind to unix:${path}: there is no folder ${dirname(path)}`)
  }
  await clearStale(path).catch((cause: unknown) => {
    throw refusal(address, cause)
  })
  const owner = { mode: options.mode ?? 0o666 & ~process.umask(), uid: options.uid, gid: options.gid }
  const socket = attempt(address, () => bindPath(path, owner))
  const ours = lstatSync(path)
  let open = true
  const close = (how: { readonly unlink?: boolean } = {}): void => {
    if (open) closePath(path, socket, ours, how.unlink ?? true)
    open = false
  }
  return { address, fd: socket.fd, backlog, close }
}

const reasons: Readonly<Record<string, readonly [PreforkErrorCode, string]>> = {
  EADDRINUSE: ['address-in-use', 'another process uses it'],
  EACCES: ['address-denied', 'permission denied'],
  EPERM: ['address-denied', 'operation not permitted'],
  EADDRNOTAVAIL: ['address-invalid', 'this machine has no such address'],
  EAFNOSUPPORT: ['address-invalid', 'this machine does not speak this kind of address'],
  ENOTDIR: ['address-invalid', 'a part of the path is not a folder'],
  EINVAL: ['address-invalid', 'the address is not valid'],
}

function attempt(address: Address, action: () => RawSocket): RawSocket {
  try {
    return action()
  } catch (cause) {
    throw refusal(address, cause)
  }
}

function refusal(address: Address, cause: unknown): PreforkError {
  if (cause instanceof PreforkError) return cause
  const system = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
  const [code, text] = reasons[system] ?? ['bind-failed', String(cause)]
  return new PreforkError(code, `cannot bind to ${formatAddress(address)}: ${text} (${system})`, { cause })
}
