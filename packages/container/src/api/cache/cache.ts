import type { CacheSettings } from './settings.ts'

interface Entry {
  readonly key: string
  value: Uint8Array
  /** Milliseconds since 1970; Infinity for never. */
  expires: number
}

/** How a number in a cache changes. */
export type Arithmetic = 'inc' | 'dec' | 'mul' | 'div'

/** One named cache: bounded by entries, by bytes of a value and by bytes of all; keys are text, a byte each (latin-1). */
export class Cache {
  readonly settings: CacheSettings
  readonly #entries = new Map<string, Entry>()
  readonly #now: () => number
  #bytes = 0
  /** Entries that were refused because it was full. */
  refused = 0

  constructor(settings: CacheSettings, now: () => number = Date.now) {
    this.settings = settings
    this.#now = now
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: string): Uint8Array | undefined {
    const entry = this.#live(key)
    if (entry !== undefined && this.settings.evicts) {
      // Behind all others, so that the first is the one that was read longest ago.
      this.#entries.delete(key)
      this.#entries.set(key, entry)
    }
    return entry?.value
  }

  has(key: string): boolean {
    return this.#live(key) !== undefined
  }

  /** Only when there is none of this key. Seconds; 0 is for ever. False when it is there, too large, or the cache is full. */
  set(key: string, value: Uint8Array, seconds: number): boolean {
    return !this.has(key) && this.update(key, value, seconds)
  }

  /** Whether there was one or not. */
  update(key: string, value: Uint8Array, seconds: number): boolean {
    const { blockSize, keySize } = this.settings
    if (value.length > blockSize || key.length > keySize || key.length === 0) return false
    const before = this.#live(key)
    const growth = value.length - (before?.value.length ?? 0)
    if (!this.#makeRoom(before === undefined ? 1 : 0, growth, key)) {
      this.refused += 1
      return false
    }
    this.#bytes += growth
    const expires = seconds > 0 ? this.#now() + seconds * 1000 : Number.POSITIVE_INFINITY
    if (before !== undefined) Object.assign(before, { value, expires })
    else this.#entries.set(key, { key, value, expires })
    return true
  }

  delete(key: string): boolean {
    const entry = this.#live(key)
    if (entry !== undefined) this.#remove(entry)
    return entry !== undefined
  }

  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }

  keys(): readonly string[] {
    this.sweep()
    return [...this.#entries.keys()]
  }

  /** The number of a key, 0 when there is none: uWSGI keeps it as eight bytes of its machine. */
  number(key: string): bigint {
    const value = this.get(key)
    return value === undefined || value.length !== 8 ? 0n : view(value).getBigInt64(0, true)
  }

  /** False when what is there is no number, and as `update`. */
  change(key: string, how: Arithmetic, amount: bigint, seconds: number): boolean {
    const before = this.get(key)
    if (before !== undefined && before.length !== 8) return false
    if (how === 'div' && amount === 0n) return false
    const result = arithmetic[how](this.number(key), amount)
    const value = Buffer.alloc(8)
    value.writeBigInt64LE(BigInt.asIntN(64, result))
    return this.update(key, value, seconds)
  }

  /** Forgets what has expired. */
  sweep(): void {
    const now = this.#now()
    for (const entry of this.#entries.values()) if (entry.expires <= now) this.#remove(entry)
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.expires > this.#now()) return entry
    this.#remove(entry)
    return undefined
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.key)
    this.#bytes -= entry.value.length
  }

  #makeRoom(entries: number, growth: number, kept: string): boolean {
    if (this.#fits(entries, growth)) return true
    this.sweep()
    if (this.settings.evicts)
      for (const entry of this.#entries.values()) {
        if (this.#fits(entries, growth)) break
        if (entry.key !== kept) this.#remove(entry)
      }
    return this.#fits(entries, growth)
  }

  #fits(entries: number, growth: number): boolean {
    return this.#entries.size + entries <= this.settings.items && this.#bytes + growth <= this.settings.bytes
  }
}

const arithmetic: Readonly<Record<Arithmetic, (a: bigint, b: bigint) => bigint>> = {
  inc: (a, b) => a + b,
  dec: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
}

function view(value: Uint8Array): DataView {
  return new DataView(value.buffer, value.byteOffset, value.byteLength)
}
