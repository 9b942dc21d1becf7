/** Where a pool connects to: TCP, perhaps from an address of one's own and with probes while nothing is sent, or a unix socket. */
export type Address = TcpAddress | { readonly path: string }

interface TcpAddress {
  readonly host: string
  readonly port: number
  /** What connections come from; the system chooses what is left out. */
  readonly localAddress?: string
  readonly localPort?: number
  /** SO_KEEPALIVE */
  readonly keepAlive?: boolean
}

/** `unix:/run/app.sock` or `127.0.0.1:8080`, as logs show it. */
export function showAddress(address: Address): string {
  if ('path' in address) return `unix:${address.path}`
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}
