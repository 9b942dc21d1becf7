/** The addresses of a client's connection, as variables and log lines show them. */
import type { Socket } from 'node:net'
import type { Listener } from '../model/config.ts'

/** The client's address; IPv4 ones without their IPv6 disguise, `unix:` on sockets of the file system. */
export function clientAddressOf(listener: Listener, socket: Socket): string {
  return 'path' in listener.spec.address ? 'unix:' : undisguised(socket.remoteAddress ?? '')
}

/** The address the client connected to. */
export function localHostOf(listener: Listener, socket: Socket): string {
  const { address } = listener.spec
  return 'path' in address ? `unix:${address.path}` : undisguised(socket.localAddress ?? address.host)
}

/** The port the client connected to, 0 on sockets of the file system. */
export function localPortOf(listener: Listener, socket: Socket): number {
  const { address } = listener.spec
  return 'path' in address ? 0 : (socket.localPort ?? address.port)
}

function undisguised(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
