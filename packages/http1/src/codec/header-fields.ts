/**
 * Header fields as offsets into the head's text. A head is decoded once, as latin-1; names and values are sliced from
 * it when somebody asks, and looking a name up compares characters in place.
 */

/** Four numbers per field: where its name begins and ends, where its value begins and ends. */
const stride = 4
const noOffsets: readonly number[] = []

function matches(text: string, start: number, lowerName: string): boolean {
  for (let i = 0; i < lowerName.length; i++) {
    let code = text.charCodeAt(start + i)
    if (code >= 65 && code <= 90) code |= 0x20
    if (code !== lowerName.charCodeAt(i)) return false
  }
  return true
}

/**
 * Names seen before, so that the same name is the same string each time: its hash is then known, which makes looking it
 * up in a map four times as fast as with a fresh slice. A slot holds one name, the last that fell into it.
 */
interface KnownName {
  readonly name: string
  readonly lower: string
}

const slots = 1024
const longestKept = 64
const knownNames: (KnownName | undefined)[] = Array.from({ length: slots })

function knownName(text: string, start: number, end: number): KnownName {
  const length = end - start
  const first = text.charCodeAt(start)
  const last = text.charCodeAt(end - 1)
  const middle = text.charCodeAt(start + (length >> 1))
  const slot = (length * 7 + first * 31 + middle * 131 + last * 521) & (slots - 1)
  const known = knownNames[slot]
  if (known !== undefined && known.name.length === length && text.startsWith(known.name, start)) return known
  // A copy: a slice that is kept would keep the whole head it was cut from.
  const name = Buffer.from(text.slice(start, end), 'latin1').toString('latin1')
  const made = { name, lower: name.toLowerCase() }
  if (length <= longestKept) knownNames[slot] = made
  return made
}

/** Ordered header fields, names as sent, values as latin-1 strings without surrounding whitespace. */
export class HeaderFields implements Iterable<[string, string]> {
  /** How many fields there are; a repeated name counts each time. */
  readonly size: number
  readonly #text: string
  readonly #offsets: readonly number[]

  /** For the parsers; others use `HeaderFields.from`. */
  constructor(text: string, offsets: readonly number[]) {
    this.#text = text
    this.#offsets = offsets
    this.size = offsets.length / stride
  }

  /** Fields from pairs, kept as they are: writers check them, not this. */
  static from(list: Iterable<readonly [string, string]>): HeaderFields {
    let text = ''
    const offsets: number[] = []
    for (const [name, value] of list) {
      const start = text.length
      text += name + value
      offsets.push(start, start + name.length, start + name.length, text.length)
    }
    return offsets.length === 0 ? noFields : new HeaderFields(text, offsets)
  }

  /** The name of field `index`, as sent. */
  name(index: number): string {
    return this.#known(index).name
  }

  /** The name of field `index` in lower case. */
  lowerName(index: number): string {
    return this.#known(index).lower
  }

  /** The value of field `index`. */
  value(index: number): string {
    return this.#text.slice(this.#offsets[index * stride + 2], this.#offsets[index * stride + 3])
  }

  /** The index of the first field of that name at or after `from`, or -1. */
  indexOf(lowerName: string, from = 0): number {
    const offsets = this.#offsets
    for (let i = from * stride; i < offsets.length; i += stride) {
      const start = offsets[i] as number
      if ((offsets[i + 1] as number) - start === lowerName.length && matches(this.#text, start, lowerName))
        return i / stride
    }
    return -1
  }

  /** The first value of that name. */
  get(lowerName: string): string | undefined {
    const index = this.indexOf(lowerName)
    return index < 0 ? undefined : this.value(index)
  }

  /** Every value of that name, in order. */
  getAll(lowerName: string): string[] {
    const values: string[] = []
    for (let i = this.indexOf(lowerName); i >= 0; i = this.indexOf(lowerName, i + 1)) values.push(this.value(i))
    return values
  }

  /** Whether a field of that name was sent. */
  has(lowerName: string): boolean {
    return this.indexOf(lowerName) >= 0
  }

  /** Whether the name of field `index` is `lowerName`, without slicing it. */
  nameIs(index: number, lowerName: string): boolean {
    const start = this.#offsets[index * stride] as number
    const length = (this.#offsets[index * stride + 1] as number) - start
    return length === lowerName.length && matches(this.#text, start, lowerName)
  }

  /** The length of the name of field `index`: what a parser switches on before it compares. */
  nameLength(index: number): number {
    return (this.#offsets[index * stride + 1] as number) - (this.#offsets[index * stride] as number)
  }

  #known(index: number): KnownName {
    return knownName(this.#text, this.#offsets[index * stride] as number, this.#offsets[index * stride + 1] as number)
  }

  *[Symbol.iterator](): Generator<[string, string]> {
    for (let i = 0; i < this.size; i++) yield [this.name(i), this.value(i)]
  }
}

/** No fields at all; shared. */
export const noFields: HeaderFields = new HeaderFields('', noOffsets)
