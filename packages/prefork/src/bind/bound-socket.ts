import net from 'node:net'
import { getSystemErrorMap } from 'node:util'

// Binding without listening. A server that calls `listen()` in the master would accept connections there, so the master
// stops after bind(2) and leaves listen(2) to the workers. Newer Nodes have `net.BoundSocket` for this (26.4, and late
// releases of 24; for unix paths too where its prototype has `isPipe`). Otherwise only the handle that node:cluster uses
// can do it. This file is the only one that knows. libuv unlinks a bound unix path when its handle is closed: see
// unix-path.ts.

/** What to bind: a numeric address, or a path. */
export type Endpoint =
  | { readonly host: string; readonly port: number; readonly ipv6Only?: boolean; readonly reusePort?: boolean }
  | { readonly path: string }

/** A bound socket that nobody listens on yet. */
export interface RawSocket {
  readonly fd: number
  /** The port the system chose when 0 was asked for; undefined for a path. */
  readonly port: number | undefined
  close(): void
}

interface Handle {
  readonly fd: number
  bind(path: string): number
  getsockname(into: { port?: number }): number
  close(): void
}

interface PrivateNet {
  readonly _createServerHandle: (
    address: string,
    port: number,
    addressType: number,
    fd?: number,
    flags?: number,
  ) => Handle | number
}

/** Binds at once; throws Node's system error (`code`, `errno`) when it cannot. */
export function bindRaw(endpoint: Endpoint): RawSocket {
  return hasBoundSocket('path' in endpoint) ? bindPublic(endpoint) : bindPrivate(endpoint)
}

function hasBoundSocket(forPath: boolean): boolean {
  const type: { readonly prototype: object } | undefined = net.BoundSocket
  return type !== undefined && (!forPath || 'isPipe' in type.prototype)
}

function bindPublic(endpoint: Endpoint): RawSocket {
  // The type declarations know no `path` yet.
  const socket = new net.BoundSocket(endpoint as net.BoundSocketOptions)
  const address: net.AddressInfo | string = socket.address()
  return {
    fd: socket.fd(),
    port: typeof address === 'string' ? undefined : address.port,
    close: () => socket[Symbol.dispose](),
  }
}

const UV_TCP_IPV6ONLY = 1
const UV_TCP_REUSEPORT = 2

/** The way of Node 24: `net._createServerHandle`, as node:cluster calls it. */
export function bindPrivate(endpoint: Endpoint): RawSocket {
  const create = (net as unknown as PrivateNet)._createServerHandle
  if ('path' in endpoint) {
    return fromHandle(create(endpoint.path, -1, -1), `bind ${endpoint.path}`, undefined)
  }
  const { host, port } = endpoint
  const flags =
    (endpoint.ipv6Only === true ? UV_TCP_IPV6ONLY : 0) | (endpoint.reusePort === true ? UV_TCP_REUSEPORT : 0)
  const handle = create(host, port, net.isIPv6(host) ? 6 : 4, -1, flags)
  if (typeof handle === 'number') throw systemError(handle, `bind ${host}:${port}`)
  // libuv keeps EADDRINUSE of bind(2) back until the next call on the handle.
  const name: { port?: number } = {}
  const failed = handle.getsockname(name)
  if (failed !== 0) {
    handle.close()
    throw systemError(failed, `bind ${host}:${port}`)
  }
  return fromHandle(handle, 'bind', name.port)
}

function fromHandle(handle: Handle | number, what: string, port: number | undefined): RawSocket {
  if (typeof handle === 'number') throw systemError(handle, what)
  let open = true
  return {
    fd: handle.fd,
    port,
    close: () => {
      if (open) handle.close()
      open = false
    },
  }
}

function systemError(errno: number, what: string): NodeJS.ErrnoException {
  const [code, text] = getSystemErrorMap().get(errno) ?? ['UNKNOWN', 'unknown error']
  return Object.assign(new Error(`${what}: ${text} (${code})`), { code, errno, syscall: 'bind' })
}
