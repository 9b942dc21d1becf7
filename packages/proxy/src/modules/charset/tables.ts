/** `charset_map`: which byte of one charset is which of another, or which character of UTF-8. Both directions come of one block. */

/** Bytes to bytes, 256 of them. */
export type ByteTable = Uint8Array

/** What is done to a body. */
export type Conversion =
  | { readonly kind: 'bytes'; readonly table: ByteTable }
  | { readonly kind: 'to-utf8'; readonly table: readonly Buffer[] }
  | { readonly kind: 'from-utf8'; readonly table: ReadonlyMap<number, number> }

const questionMark = 0x3f
const asciiSize = 128

/** The charsets of a configuration and the ways between them. */
export class Charsets {
  readonly #conversions = new Map<string, Conversion>()
  readonly #names = new Set<string>()

  /** Notes a name, whatever its case. */
  add(name: string): void {
    this.#names.add(name.toLowerCase())
  }

  has(name: string): boolean {
    return this.#names.has(name.toLowerCase())
  }

  /** The way from one charset to another. */
  find(from: string, to: string): Conversion | undefined {
    return this.#conversions.get(key(from, to))
  }

  /** Adds both ways of a block; false when there is one already. */
  addMap(from: string, to: string, pairs: readonly (readonly [from: number, to: Buffer])[]): boolean {
    this.add(from)
    this.add(to)
    if (this.#conversions.has(key(from, to))) return false
    if (to.toLowerCase() === 'utf-8') this.#addUtf8(from, to, pairs)
    else this.#addBytes(from, to, pairs)
    return true
  }

  #addBytes(from: string, to: string, pairs: readonly (readonly [from: number, to: Buffer])[]): void {
    const there = asciiTable()
    const back = asciiTable()
    for (const [source, target] of pairs) {
      there[source] = target[0] ?? questionMark
      back[target[0] ?? questionMark] = source
    }
    this.#conversions.set(key(from, to), { kind: 'bytes', table: there })
    this.#conversions.set(key(to, from), { kind: 'bytes', table: back })
  }

  #addUtf8(from: string, to: string, pairs: readonly (readonly [from: number, to: Buffer])[]): void {
    const there: Buffer[] = Array.from({ length: 256 }, (_, byte) =>
      Buffer.from([byte < asciiSize ? byte : questionMark]),
    )
    const back = new Map<number, number>()
    for (const [source, target] of pairs) {
      there[source] = target
      const character = target.toString('utf8').codePointAt(0)
      if (character !== undefined) back.set(character, source)
    }
    this.#conversions.set(key(from, to), { kind: 'to-utf8', table: there })
    this.#conversions.set(key(to, from), { kind: 'from-utf8', table: back })
  }
}

function key(from: string, to: string): string {
  return `${from.toLowerCase()} ${to.toLowerCase()}`
}

function asciiTable(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (byte < asciiSize ? byte : questionMark))
}
