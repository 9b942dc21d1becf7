/**
 * What may stand in a response head: RFC 9110 section 5 (tokens, field values without control characters), section 15
 * (status codes), and PEP 3333's rule that framing and the connection belong to the server, so that hop-by-hop fields
 * from an application are refused rather than dropped.
 */
import type { HeaderList } from '../contract.ts'
import { GatewayError } from '../gateway-error.ts'

/** The value of `contentLengthOf` when there is no Content-Length. */
export const noLength = -1

/** Informational statuses but 101 are no answers: they go through `tsgi.early_hints`. */
const statusLine = /^(?:101|[2-9]\d\d) [\t\x20-\x7e\x80-\xff]*$/
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const badValue = /[^\t\x20-\x7e\x80-\xff]/
const digits = /^\d{1,16}$/

const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]

/** Fields that frame, route or authenticate a message may not come after it (RFC 9110 section 6.5.1). */
const notInTrailers = new Set([
  ...hopByHop,
  'authorization',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'host',
  'set-cookie',
  'trailer',
])

type NameKind = 'plain' | 'content-length' | 'refused'

/** Names and statuses that were found valid; an application has few, and the bounds keep a careless one harmless. */
const maximumCached = 512
const nameKinds = new Map<string, NameKind>()
const statuses = new Set<string>()

/** Throws `status-invalid` unless the status is `999 Reason` and an answer. */
export function checkStatus(status: string): void {
  if (statuses.has(status)) return
  if (typeof status !== 'string' || !statusLine.test(status)) {
    throw new GatewayError(
      'status-invalid',
      `status must be '999 Reason' with a code of 101 or 200 to 999, got ${show(status)}`,
    )
  }
  if (statuses.size < maximumCached) statuses.add(status)
}

/** Checks each field and returns the Content-Length, or `noLength`. */
export function checkHeaders(headers: HeaderList): number {
  if (!Array.isArray(headers)) {
    throw new GatewayError('header-name-invalid', `headers must be an array of pairs, got ${show(headers)}`)
  }
  let length = noLength
  for (const field of headers) {
    if (!Array.isArray(field) || field.length !== 2) {
      throw new GatewayError('header-name-invalid', `a header must be a pair [name, value], got ${show(field)}`)
    }
    const kind = nameKinds.get(field[0]) ?? classify(field[0])
    if (typeof field[1] !== 'string' || badValue.test(field[1])) throw valueError(field[0], field[1])
    if (kind === 'content-length') length = addLength(length, field[1])
    else if (kind === 'refused') throw refused(field[0])
  }
  return length
}

/** Whether a field belongs to one connection, in any case: such fields are the server's own. */
export function isHopByHop(name: string): boolean {
  const known = nameKinds.get(name)
  return known === undefined ? hopByHop.includes(name.toLowerCase()) : known === 'refused'
}

/** Checks trailer fields, which may not frame the message that they end. */
export function checkTrailers(trailers: HeaderList): void {
  checkHeaders(trailers)
  for (const [name] of trailers) {
    if (notInTrailers.has(name.toLowerCase())) {
      throw new GatewayError('header-refused', `\`${name}\` is not allowed in trailers (RFC 9110, 6.5.1)`)
    }
  }
}

/** A copy with a Content-Length added, or without any: the application may use its own list again. */
export function withLength(headers: HeaderList, length: number | undefined): HeaderList {
  if (length === undefined) return headers.filter(([name]) => name.toLowerCase() !== 'content-length')
  return [...headers, ['Content-Length', String(length)]]
}

function classify(name: unknown): NameKind {
  if (typeof name !== 'string' || !token.test(name)) {
    throw new GatewayError('header-name-invalid', `header name must be a token (RFC 9110, 5.6.2), got ${show(name)}`)
  }
  const lower = name.toLowerCase()
  const kind = lower === 'content-length' ? 'content-length' : hopByHop.includes(lower) ? 'refused' : 'plain'
  if (nameKinds.size < maximumCached) nameKinds.set(name, kind)
  return kind
}

function addLength(before: number, value: string): number {
  const length = digits.test(value) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(length)) {
    throw new GatewayError('content-length-invalid', `\`Content-Length\` must be a decimal number, got ${show(value)}`)
  }
  if (before !== noLength) {
    throw new GatewayError('content-length-invalid', `\`Content-Length\` given twice: ${before} and ${length}`)
  }
  return length
}

function refused(name: string): GatewayError {
  return new GatewayError('header-refused', `\`${name}\` belongs to the server: hop-by-hop fields are refused`)
}

function valueError(name: string, value: unknown): GatewayError {
  const rule = 'must be a string of U+0000-00FF without control characters'
  return new GatewayError('header-value-invalid', `value of \`${name}\` ${rule}, got ${show(value)}`)
}

function show(value: unknown): string {
  const text =
    typeof value === 'string' ? JSON.stringify(value) : Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
