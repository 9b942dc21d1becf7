/** Addresses and networks as bytes, so that they can be compared: 4 of IPv4, 16 of IPv6. */
import { SocketAddress, isIPv4, isIPv6 } from 'node:net'

/** A network: the addresses that begin with the same `bits`. */
export interface Network {
  /** Masked to `bits`. */
  readonly bytes: Uint8Array
  readonly bits: number
}

/** The bytes of an address; undefined when the text is none. IPv4 in IPv6's disguise is IPv4. */
export function addressBytes(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number)
  if (!isIPv6(text) || text.includes('%')) return undefined
  const bytes = new Uint8Array(16)
  const [head = '', tail] = text.split('::')
  const left = groupsOf(head)
  const right = tail === undefined ? [] : groupsOf(tail)
  for (const [index, group] of left.entries()) writeGroup(bytes, index, group)
  for (const [index, group] of right.entries()) writeGroup(bytes, 8 - right.length + index, group)
  return isMapped(bytes) ? bytes.slice(12) : bytes
}

/** An address as the system writes it: IPv6 in lower case, with its longest run of zeros left out. */
export function canonicalAddress(text: string): string {
  return isIPv6(text) ? new SocketAddress({ address: text, family: 'ipv6' }).address : text
}

function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}

function writeGroup(bytes: Uint8Array, index: number, group: number): void {
  bytes[index * 2] = group >> 8
  bytes[index * 2 + 1] = group & 255
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes[10] === 255 && bytes[11] === 255 && bytes.subarray(0, 10).every((byte) => byte === 0)
}

/** Reads `address` or `address/bits`; undefined when it is neither. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/')
  const bytes = addressBytes(slash === -1 ? text : text.slice(0, slash))
  if (bytes === undefined) return undefined
  if (slash === -1) return { bytes, bits: bytes.length * 8 }
  const bits = text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > bytes.length * 8) return undefined
  return { bytes: masked(bytes, Number(bits)), bits: Number(bits) }
}

/** The same address with everything behind its first `bits` cleared. */
export function masked(bytes: Uint8Array, bits: number): Uint8Array {
  const result = bytes.slice()
  const whole = bits >> 3
  if (whole < result.length) result[whole] = (result[whole] ?? 0) & (0xff00 >> (bits & 7))
  return result.fill(0, whole + 1)
}

/** Whether an address is in a network. */
export function isInside(network: Network, address: Uint8Array): boolean {
  const { bytes, bits } = network
  if (bytes.length !== address.length) return false
  const whole = bits >> 3
  for (let i = 0; i < whole; i++) if (bytes[i] !== address[i]) return false
  const rest = bits & 7
  return rest === 0 || (((bytes[whole] ?? 0) ^ (address[whole] ?? 0)) & (0xff00 >> rest) & 255) === 0
}
