/**
 * The PROXY protocol (HAProxy's specification, versions 1 and 2), which a proxy in front speaks before HTTP begins: who
 * connected to it, and where. Bytes in, the header out; nothing is read beyond its end.
 *
 *     v1: PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n      v2: signature, command, family, length, addresses, TLVs
 *
 * As in nginx a listener either expects it or not: what begins in another way is refused, for who may say it can say anything.
 */
import { isIPv4, isIPv6 } from 'node:net'
import type { ProxiedAddresses } from './proxy-header.ts'

/** A header that was read. */
export interface ProxyHeader {
  /** Bytes it took. */
  readonly length: number
  /** Undefined when it names nobody (`UNKNOWN`, `LOCAL`). */
  readonly addresses: ProxiedAddresses | undefined
  /** What version 2 carries besides: values, as byte strings, by type. */
  readonly extras: ReadonlyMap<number, string>
}

/** The header is not one. */
export class ProxyHeaderError extends Error {
  readonly code = 'proxy-header'
}

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
/** The longest line of version 1, its end included. */
const longestLine = 107
/** The longest header of version 2: nginx's limit. */
const longestHeader = 4096
const fixedPart = 16

const none: ReadonlyMap<number, string> = new Map()

/** Reads one; undefined when more bytes have to come. Throws ProxyHeaderError. */
export function readProxyHeader(bytes: Buffer): ProxyHeader | undefined {
  const known = Math.min(bytes.length, signature.length)
  if (bytes.subarray(0, known).equals(signature.subarray(0, known)))
    return bytes.length < fixedPart ? undefined : readBinary(bytes)
  return readLine(bytes)
}

function readLine(bytes: Buffer): ProxyHeader | undefined {
  const text = bytes.toString('latin1', 0, longestLine)
  if (!text.startsWith('PROXY ') && !'PROXY '.startsWith(text.slice(0, 6)))
    throw new ProxyHeaderError('no PROXY header')
  const end = text.indexOf('\r\n')
  if (end === -1) {
    if (text.length < longestLine) return undefined
    throw new ProxyHeaderError('the line is too long')
  }
  const length = end + 2
  const [, family = '', ...rest] = text.slice(0, end).split(' ')
  if (family === 'UNKNOWN') return { length, addresses: undefined, extras: none }
  const [clientAddress = '', serverAddress = '', clientPort = '', serverPort = '', ...more] = rest.map((word) =>
    word.toLowerCase(),
  )
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : () => false
  const ports = [clientPort, serverPort].map((port) => (/^\d{1,5}$/.test(port) ? Number(port) : Number.NaN))
  const [from = Number.NaN, to = Number.NaN] = ports
  if (!isAddress(clientAddress) || !isAddress(serverAddress) || !(from <= 65_535 && to <= 65_535) || more.length > 0)
    throw new ProxyHeaderError('the addresses are not right')
  return { length, addresses: { clientAddress, serverAddress, clientPort: from, serverPort: to }, extras: none }
}

function readBinary(bytes: Buffer): ProxyHeader | undefined {
  const [version, command] = [bytes.readUInt8(12) >> 4, bytes.readUInt8(12) & 15]
  const family = bytes.readUInt8(13)
  const length = fixedPart + bytes.readUInt16BE(14)
  if (version !== 2) throw new ProxyHeaderError(`unknown version ${version}`)
  if (length > longestHeader) throw new ProxyHeaderError(`a header of ${length} bytes is too long`)
  if (bytes.length < length) return undefined
  const rest = bytes.subarray(fixedPart, length)
  // LOCAL: the proxy speaks for itself.
  if (command !== 1) return { length, addresses: undefined, extras: none }
  const size = family === 0x11 ? 4 : family === 0x21 ? 16 : 0
  if (size === 0) return { length, addresses: undefined, extras: none }
  if (rest.length < size * 2 + 4) throw new ProxyHeaderError('the addresses are cut')
  const addresses = {
    clientAddress: addressText(rest.subarray(0, size)),
    serverAddress: addressText(rest.subarray(size, size * 2)),
    clientPort: rest.readUInt16BE(size * 2),
    serverPort: rest.readUInt16BE(size * 2 + 2),
  }
  return { length, addresses, extras: readExtras(rest.subarray(size * 2 + 4)) }
}

/** Types and values; those of a TLS value (0x20), which has its own inside, are listed too, with its verdict as 0x2000. */
function readExtras(bytes: Buffer): ReadonlyMap<number, string> {
  const extras = new Map<number, string>()
  collect(bytes, extras)
  const tls = extras.get(0x20)
  if (tls === undefined || tls.length < 5) return extras
  const inside = Buffer.from(tls, 'latin1')
  extras.set(tlsVerify, String(inside.readUInt32BE(1)))
  collect(inside.subarray(5), extras)
  return extras
}

/** Where `readProxyHeader` puts the verdict on a client's certificate, in decimal. */
export const tlsVerify = 0x2000

function collect(bytes: Buffer, into: Map<number, string>): void {
  for (let at = 0; at < bytes.length;) {
    if (at + 3 > bytes.length) throw new ProxyHeaderError('a value is cut')
    const end = at + 3 + bytes.readUInt16BE(at + 1)
    if (end > bytes.length) throw new ProxyHeaderError('a value is cut')
    into.set(bytes.readUInt8(at), bytes.toString('latin1', at + 3, end))
    at = end
  }
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16))
  const text = groups.join(':')
  // The longest run of zeros is left out (RFC 5952).
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].toSorted((a, b) => b[0].length - a[0].length)
  const [longest] = runs
  if (longest === undefined) return text
  const before = text.slice(0, longest.index)
  return `${before}::${text.slice(longest.index + longest[0].length).replace(/^:/, '')}`
}
