/** The head of a ServerResponse as a list of fields, from what Node keeps of setHeader() and what writeHead() was given. */
import type { HeaderList } from '../contract.ts'
import { isHopByHop } from '../server/head.ts'
import { http } from '../node-http.ts'

/** Node keeps the headers that were set under a symbol of its own: `{ lower: [name, value] }`. */
const setHeaders = ownSymbol(new http.OutgoingMessage(), 'kOutHeaders')

/** The symbol that Node keeps a member of its messages under. */
export function ownSymbol(message: object, description: string): symbol {
  return (
    Object.getOwnPropertySymbols(message).find((symbol) => symbol.description === description) ?? Symbol(description)
  )
}

type Value = string | number | readonly string[]

/**
 * The fields that Node would send, but those that belong to the connection, which is the server's own. What came by
 * setHeader() has been checked by Node; what writeHead() was given is checked here, as Node does when it serializes.
 */
export function fieldsOf(message: object, headers: unknown): HeaderList {
  const fields: HeaderList = []
  if (typeof headers !== 'object' || headers === null) return fields
  if (headers === (message as Record<symbol, unknown>)[setHeaders]) {
    const known = headers as Readonly<Record<string, readonly [string, Value]>>
    for (const key in known) {
      const entry = known[key]
      if (entry !== undefined) add(fields, entry[0], entry[1])
    }
    return fields
  }
  for (const [name, value] of pairsOf(headers)) {
    http.validateHeaderName(name)
    for (const one of Array.isArray(value) ? value : [value]) http.validateHeaderValue(name, one as string)
    add(fields, name, value)
  }
  return fields
}

/** An object, a list of pairs, or names and values in turn. */
function pairsOf(headers: object): readonly (readonly [string, Value])[] {
  if (!Array.isArray(headers)) return Object.entries(headers) as [string, Value][]
  if (Array.isArray(headers[0])) return headers as [string, Value][]
  const pairs: [string, Value][] = []
  for (let i = 0; i < headers.length; i += 2) pairs.push([headers[i] as string, headers[i + 1] as Value])
  return pairs
}

function add(fields: HeaderList, name: string, value: Value): void {
  if (isHopByHop(name)) return
  if (typeof value === 'object') for (const one of value) fields.push([name, one])
  else fields.push([name, String(value)])
}

/** A head, or the lines of trailers, as Node has serialized it. */
export function parseFields(text: string): HeaderList {
  const fields: HeaderList = []
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon === -1 || line.startsWith('HTTP/')) continue
    const name = line.slice(0, colon)
    if (!isHopByHop(name)) fields.push([name, line.slice(colon + 2)])
  }
  return fields
}
