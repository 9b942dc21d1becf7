/** The host of a request, held to RFC 3986 as nginx holds it: lower-cased, without port and final dot. */

/** A host and its port, 0 when there is none. */
export interface Host {
  readonly name: string
  readonly port: number
}

const shape = /^(\[[\w.~!$&'()*+,;=:-]+\]|[\w.~!$&'()*+,;=%-]*)(?::(\d*))?$/

/** Takes a Host apart; undefined when it is not valid. */
export function parseHost(text: string): Host | undefined {
  const match = shape.exec(text)
  if (match === null) return undefined
  let name = match[1] ?? ''
  if (name.includes('..')) return undefined
  if (name.endsWith('.')) name = name.slice(0, -1)
  const port = Number(match[2] ?? '')
  if (name === '' || port > 65535) return undefined
  return { name: name.toLowerCase(), port }
}
