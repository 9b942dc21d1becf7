/**
 * A body in another charset. UTF-8 may be cut anywhere: the beginning of a character waits for its rest. Characters that
 * the other charset has not become `&#1234;`, as in nginx; what is no UTF-8 becomes a question mark.
 */
import type { Conversion } from './tables.ts'

const asciiSize = 0x80
/** Lead bytes tell how long a character is: the least byte, its length, and the bits that it carries. */
const leads: readonly (readonly [least: number, length: number, mask: number])[] = [
  [0xf8, 0, 0],
  [0xf0, 4, 0x07],
  [0xe0, 3, 0x0f],
  [0xc0, 2, 0x1f],
]

/** Recodes one body. */
export class Recoder {
  readonly #conversion: Conversion
  #held: Buffer = Buffer.alloc(0)

  constructor(conversion: Conversion) {
    this.#conversion = conversion
  }

  /** Takes a piece and returns what it becomes. */
  push(piece: Buffer): Buffer {
    const conversion = this.#conversion
    switch (conversion.kind) {
      case 'bytes':
        return Buffer.from(piece.map((byte) => conversion.table[byte] ?? byte))
      case 'to-utf8':
        return toUtf8(piece, conversion.table)
      default:
        return this.#fromUtf8(piece, conversion.table)
    }
  }

  #fromUtf8(piece: Buffer, table: ReadonlyMap<number, number>): Buffer {
    const bytes = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece])
    this.#held = Buffer.alloc(0)
    const parts: Buffer[] = []
    let plain = 0
    for (let at = 0; at < bytes.length;) {
      if ((bytes[at] ?? 0) < asciiSize) {
        at++
        continue
      }
      if (plain < at) parts.push(bytes.subarray(plain, at))
      const { length, character } = decode(bytes, at)
      if (character === 'incomplete') {
        this.#held = Buffer.from(bytes.subarray(at))
        return Buffer.concat(parts)
      }
      parts.push(encode(character, table))
      at += length
      plain = at
    }
    if (plain < bytes.length) parts.push(bytes.subarray(plain))
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)
  }
}

function toUtf8(piece: Buffer, table: readonly Buffer[]): Buffer {
  if (!piece.some((byte) => byte >= asciiSize)) return piece
  return Buffer.concat(Array.from(piece, (byte) => table[byte] ?? Buffer.alloc(0)))
}

function encode(character: number, table: ReadonlyMap<number, number>): Buffer {
  if (character < 0) return Buffer.from('?')
  const byte = table.get(character)
  return byte === undefined ? Buffer.from(`&#${character};`) : Buffer.from([byte])
}

/** The character at a place: its code, -1 for what is none, or `incomplete`. */
function decode(bytes: Buffer, at: number): { readonly length: number; readonly character: number | 'incomplete' } {
  const first = bytes[at] ?? 0
  const [, length, mask] = leads.find(([least]) => first >= least) ?? [0, 0, 0]
  if (length === 0) return { length: 1, character: -1 }
  let character = first & mask
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i]
    if (next === undefined) return { length: i, character: 'incomplete' }
    if ((next & 0xc0) !== 0x80) return { length: i, character: -1 }
    character = character * 64 + (next & 0x3f)
  }
  return { length, character: character > 0x10ffff ? -1 : character }
}
