/** Where something listens: a TCP port or a unix socket. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string }

/** `127.0.0.1:8080` or `unix:/run/app.sock`, as nginx and uWSGI write it. */
export function formatAddress(address: Address): string {
  return 'path' in address ? `unix:${address.path}` : `${address.host}:${address.port}`
}
