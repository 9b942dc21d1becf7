/** Where a pool connects to: TCP, or a unix socket. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string }

/** `unix:/run/app.sock` or `127.0.0.1:8080`, as logs show it. */
export function showAddress(address: Address): string {
  if ('path' in address) return `unix:${address.path}`
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}
