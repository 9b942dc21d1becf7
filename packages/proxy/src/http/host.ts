/** The host of a request, held to RFC 3986 as nginx holds it: lower-cased, without port and final dot. */

/** A host and its port, 0 when there is none. */
export interface Host {
  readonly name: string
  readonly port: number
}

const shape = /^(\[[\w.~!$&'()*+,;=:-]+\]|[\w.~!$&'()*+,;=%-]*)(?::(\d*))?$/

/**
 * Hosts seen before, which most requests name again: they need no second look, and their names are the same strings each
 * time, whose hashes are known. A slot holds one, the last that fell into it.
 */
const slots = 256
const longestKept = 128
const knownHosts: ({ readonly text: string; readonly host: Host } | undefined)[] = Array.from({ length: slots })

/** Takes a Host apart; undefined when it is not valid. */
export function parseHost(text: string): Host | undefined {
  const { length } = text
  if (length === 0 || length > longestKept) return parse(text)
  const middle = text.charCodeAt(length >> 1)
  const slot = (length * 7 + text.charCodeAt(0) * 31 + middle * 131 + text.charCodeAt(length - 1) * 521) & (slots - 1)
  const known = knownHosts[slot]
  if (known !== undefined && known.text === text) return known.host
  // A copy: a slice that is kept would keep the whole head it was cut from.
  const copy = Buffer.from(text, 'latin1').toString('latin1')
  const host = parse(copy)
  if (host !== undefined) knownHosts[slot] = { text: copy, host }
  return host
}

function parse(text: string): Host | undefined {
  const match = shape.exec(text)
  if (match === null) return undefined
  let name = match[1] ?? ''
  if (name.includes('..')) return undefined
  if (name.endsWith('.')) name = name.slice(0, -1)
  const port = Number(match[2] ?? '')
  if (name === '' || port > 65535) return undefined
  return { name: name.toLowerCase(), port }
}
