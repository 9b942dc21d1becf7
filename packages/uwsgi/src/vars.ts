/**
 * The vars block: `u16le key size, key, u16le value size, value`, over and over. It is decoded to one latin-1 string
 * in a single call; a key or value becomes a string of its own only when somebody asks, and costs no copy then.
 */
import { UwsgiError } from './errors.ts'

/** The vars of one packet, in order. When a key comes twice, the last one wins, as in uWSGI. */
export class Vars implements Iterable<[string, string]> {
  /** No vars. */
  static readonly none: Vars = new Vars('', 0)

  readonly #block: string
  /** For each var: start of its key, end of its key; the value starts two past it and ends two before the next key. */
  readonly #edges: number[]

  /** Indexes `block`, a vars block as a latin-1 string; throws `UwsgiError` when it is not one. */
  constructor(block: string, maxVars: number) {
    this.#block = block
    this.#edges = indexVars(block, maxVars)
  }

  /** The number of vars. */
  get size(): number {
    return (this.#edges.length - 1) >> 1
  }

  /** The key of var `i`. */
  key(i: number): string {
    return this.#block.slice(this.#edge(2 * i), this.#edge(2 * i + 1))
  }

  /** The value of var `i`. */
  value(i: number): string {
    return this.#block.slice(this.#edge(2 * i + 1) + 2, this.#edge(2 * i + 2) - 2)
  }

  /** Whether var `i` has this key; makes no string. */
  is(i: number, key: string): boolean {
    const start = this.#edge(2 * i)
    return this.#edge(2 * i + 1) - start === key.length && this.#block.startsWith(key, start)
  }

  /** Whether the key of var `i` begins so; makes no string. */
  keyStartsWith(i: number, prefix: string): boolean {
    const start = this.#edge(2 * i)
    return this.#edge(2 * i + 1) - start >= prefix.length && this.#block.startsWith(prefix, start)
  }

  /** The value of the last var with this key. */
  get(key: string): string | undefined {
    for (let i = this.size - 1; i >= 0; i--) if (this.is(i, key)) return this.value(i)
    return undefined
  }

  /** Whether a var has this key. */
  has(key: string): boolean {
    for (let i = this.size - 1; i >= 0; i--) if (this.is(i, key)) return true
    return false
  }

  *[Symbol.iterator](): Generator<[string, string], void, undefined> {
    for (let i = 0; i < this.size; i++) yield [this.key(i), this.value(i)]
  }

  #edge(at: number): number {
    const edge = this.#edges[at]
    if (edge === undefined) throw new RangeError(`var ${at >> 1} of ${this.size}`)
    return edge
  }
}

function indexVars(block: string, maxVars: number): number[] {
  const edges: number[] = []
  const end = block.length
  let at = 0
  while (at < end) {
    if (edges.length === 2 * maxVars) {
      throw new UwsgiError('too-many-vars', `more vars than \`maxVars\` (${maxVars})`)
    }
    const keyStart = at + 2
    const keySize = at + 1 < end ? block.charCodeAt(at) | (block.charCodeAt(at + 1) << 8) : -1
    if (keySize === 0) throw new UwsgiError('empty-key', `var ${edges.length >> 1} has an empty key`)
    const keyEnd = keyStart + keySize
    const valueSize =
      keySize > 0 && keyEnd + 1 < end ? block.charCodeAt(keyEnd) | (block.charCodeAt(keyEnd + 1) << 8) : -1
    const valueEnd = keyEnd + 2 + valueSize
    if (valueSize < 0 || valueEnd > end) {
      throw new UwsgiError('truncated-var', `var ${edges.length >> 1} runs past the end of its ${end}-byte block`)
    }
    edges.push(keyStart, keyEnd)
    at = valueEnd
  }
  edges.push(end + 2)
  return edges
}
