/**
 * Writes packets: `u8 modifier1, u16le size, u8 modifier2`, then the vars. The text of a packet is built as one
 * latin-1 string and becomes bytes in one call, which is measurably cheaper than a call per key and value; constant
 * parts are encoded beforehand and cost one concatenation each.
 */
import { UwsgiError } from './errors.ts'

const maxSize = 0xffff

/** The two bytes of a 16-bit little-endian number, as latin-1 characters; filled as sizes are met. */
const sizes: string[] = []

function encodeSize(size: number): string {
  if (size > maxSize) {
    throw new UwsgiError('request-too-big', `request is too big: ${size} bytes where uwsgi carries ${maxSize}`, 'local')
  }
  return (sizes[size] ??= String.fromCharCode(size & 0xff, size >> 8))
}

/** A key, encoded: append it with `PacketWriter.encoded`, then the value with `PacketWriter.value`. */
export function encodeKey(key: string): string {
  if (key === '') throw new UwsgiError('empty-key', 'a var needs a key', 'local')
  return encodeSize(key.length) + checkCharacters(key)
}

/**
 * A whole var, encoded, as one flat string: parts added together would be walked through again in each packet. `key` is
 * `encodeKey`'s; characters of the value are not checked, as in `PacketWriter.value`.
 */
export function encodeVar(key: string, value: string): string {
  return Buffer.from(key + encodeSize(value.length) + value, 'latin1').toString('latin1')
}

/** Whole vars, encoded: append them with `PacketWriter.encoded`. */
export function encodeVars(vars: Iterable<readonly [string, string]>): string {
  let text = ''
  for (const [key, value] of vars) text += encodeKey(key) + encodeSize(value.length) + checkCharacters(value)
  return text
}

/**
 * Builds packets one after the other, for hot paths: strings must hold U+0000 to U+00FF only, which is not checked
 * here (a higher character loses its upper byte; the packet's structure stays whole).
 */
export class PacketWriter {
  #text = ''

  /** Appends one var. */
  add(key: string, value: string): void {
    if (key === '') throw new UwsgiError('empty-key', 'a var needs a key', 'local')
    this.#text += encodeSize(key.length) + key + encodeSize(value.length) + value
  }

  /** Appends what `encodeVars` or `encodeKey` made. */
  encoded(part: string): void {
    this.#text += part
  }

  /** Appends the value that belongs to the key appended last with `encoded(encodeKey(..))`. */
  value(value: string): void {
    this.#text += encodeSize(value.length) + value
  }

  /** Bytes of vars so far. */
  get size(): number {
    return this.#text.length
  }

  /** Throws away what was appended. */
  clear(): void {
    this.#text = ''
  }

  /** The packet as bytes; the writer is empty afterwards, also when the packet is too big. */
  finish(modifier1 = 0, modifier2 = 0): Buffer {
    return Buffer.from(this.finishText(modifier1, modifier2), 'latin1')
  }

  /** The packet as a latin-1 string, which a socket writes without a buffer in between; otherwise as `finish`. */
  finishText(modifier1 = 0, modifier2 = 0): string {
    const text = this.#text
    this.#text = ''
    return String.fromCharCode(modifier1) + encodeSize(text.length) + String.fromCharCode(modifier2) + text
  }
}

/** One packet from its vars; refuses empty keys, characters above U+00FF and more than 65535 bytes. */
export function encodePacket(vars: Iterable<readonly [string, string]>, modifier1 = 0, modifier2 = 0): Uint8Array {
  const writer = new PacketWriter()
  writer.encoded(encodeVars(vars))
  return writer.finish(modifier1, modifier2)
}

// oxlint-disable-next-line no-control-regex -- the range is latin-1 itself
const outsideLatin1 = /[^\u0000-\u00ff]/

function checkCharacters(text: string): string {
  if (outsideLatin1.test(text)) {
    throw new UwsgiError('bad-character', `a var holds a character above U+00FF: ${JSON.stringify(text)}`, 'local')
  }
  return text
}
