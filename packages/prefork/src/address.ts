/** Where a listener is reached: an address and port, or the path of a unix socket (a leading NUL: Linux's abstract namespace). */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string }

/** `127.0.0.1:8080`, `[::1]:8080` or `unix:/run/app.sock`: the form that messages use. */
export function formatAddress(address: Address): string {
  if ('path' in address) return `unix:${address.path.startsWith('\0') ? `@${address.path.slice(1)}` : address.path}`
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}
