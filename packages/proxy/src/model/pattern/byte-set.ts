/** A set of bytes: what one place of a pattern may match. */

/** Where the letters of ASCII stand, and how far apart the cases are. */
const [upperA, upperZ, caseDistance] = [0x41, 0x5a, 0x20]

/** The bytes that a class matches. */
export class ByteSet {
  readonly #has = new Uint8Array(256)

  /** All bytes that `test` says yes to. */
  static where(test: (byte: number) => boolean): ByteSet {
    const set = new ByteSet()
    for (let byte = 0; byte < 256; byte++) if (test(byte)) set.#has[byte] = 1
    return set
  }

  has(byte: number): boolean {
    return this.#has[byte] === 1
  }

  /** Adds the bytes from `first` up to `last`, both included. */
  addRange(first: number, last: number): void {
    this.#has.fill(1, first, last + 1)
  }

  addAll(other: ByteSet): void {
    for (let byte = 0; byte < 256; byte++) if (other.has(byte)) this.#has[byte] = 1
  }

  /** Adds the other case of each letter of ASCII. */
  foldCase(): void {
    for (let upper = upperA; upper <= upperZ; upper++) {
      const lower = upper + caseDistance
      if (this.has(upper) || this.has(lower)) this.#has[upper] = this.#has[lower] = 1
    }
  }

  /** All other bytes. */
  inverted(): ByteSet {
    return ByteSet.where((byte) => !this.has(byte))
  }

  /** As a class of JavaScript. */
  toString(): string {
    let text = ''
    for (let first = 0; first < 256; first++) {
      if (!this.has(first)) continue
      let last = first
      while (last < 255 && this.has(last + 1)) last++
      text += last === first ? hex(first) : `${hex(first)}-${hex(last)}`
      first = last
    }
    return `[${text}]`
  }
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`
}
