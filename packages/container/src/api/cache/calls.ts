/** The calls `cache_*`: key first, the cache's name last; without one the first cache is meant. */
import { bytes, text, wholeNumber, type Call } from '../caller.ts'
import { ApiError, type Value } from '../value.ts'
import { Cache, type Arithmetic } from './cache.ts'
import type { CacheSettings } from './settings.ts'

/** Milliseconds between two looks for what has expired: uWSGI's `cache-expire-freq`. */
const sweepInterval = 3000

/** A container's caches; `onFull` is told once per cache that it refuses entries. */
export class Caches {
  readonly #caches: ReadonlyMap<string, Cache>
  readonly #first: Cache | undefined
  readonly #timer: NodeJS.Timeout
  readonly #told = new Set<Cache>()
  readonly #onFull: (name: string, items: number) => void

  constructor(settings: readonly CacheSettings[], onFull: (name: string, items: number) => void) {
    const caches = settings.map((one) => new Cache(one))
    this.#caches = new Map(caches.map((cache) => [cache.settings.name, cache]))
    this.#first = caches[0]
    this.#onFull = onFull
    this.#timer = setInterval(() => this.#sweep(), sweepInterval).unref()
  }

  close(): void {
    clearInterval(this.#timer)
    for (const cache of this.#caches.values()) cache.clear()
  }

  readonly calls: Readonly<Record<string, Call>> = {
    cache_get: (_, [key, name]) => this.#cache(name).get(keyOf(key)) ?? null,
    cache_exists: (_, [key, name]) => this.#cache(name).has(keyOf(key)) || null,
    cache_set: (_, [key, value, seconds, name]) =>
      this.#stored(this.#cache(name), (cache) => cache.set(keyOf(key), bytes(value, 'the value'), expiry(seconds))),
    cache_update: (_, [key, value, seconds, name]) =>
      this.#stored(this.#cache(name), (cache) => cache.update(keyOf(key), bytes(value, 'the value'), expiry(seconds))),
    cache_del: (_, [key, name]) => this.#cache(name).delete(keyOf(key)) || null,
    cache_clear: (_, [name]) => {
      this.#cache(name).clear()
      return true
    },
    cache_keys: (_, [name]) =>
      this.#cache(name)
        .keys()
        .map((key) => Buffer.from(key, 'latin1')),
    cache_num: (_, [key, name]) => String(this.#cache(name).number(keyOf(key))),
    ...Object.fromEntries(
      (['inc', 'dec', 'mul', 'div'] as const).map((how) => [`cache_${how}`, this.#arithmetic(how)]),
    ),
  }

  #arithmetic(how: Arithmetic): Call {
    return (_, [key, amount, seconds, name]) =>
      this.#stored(this.#cache(name), (cache) =>
        cache.change(
          keyOf(key),
          how,
          BigInt(wholeNumber(amount, 'the amount', -(2 ** 53) + 1, 2 ** 53 - 1)),
          expiry(seconds),
        ),
      )
  }

  #stored(cache: Cache, store: (cache: Cache) => boolean): Value {
    const before = cache.refused
    const stored = store(cache)
    if (cache.refused > before && !cache.settings.quiet && !this.#told.has(cache)) {
      this.#told.add(cache)
      this.#onFull(cache.settings.name, cache.settings.items)
    }
    return stored || null
  }

  #cache(name: Value | undefined): Cache {
    const wanted = name === null || name === undefined ? undefined : text(name, 'the cache')
    const cache = wanted === undefined ? this.#first : this.#caches.get(wanted)
    if (cache !== undefined) return cache
    if (this.#first === undefined)
      throw new ApiError('unavailable', 'there is no cache: set `cache2 = name=...,items=...`')
    throw new ApiError('value', `there is no cache \`${wanted ?? ''}\`, only ${[...this.#caches.keys()].join(', ')}`)
  }

  #sweep(): void {
    for (const cache of this.#caches.values()) cache.sweep()
    this.#told.clear()
  }
}

/** Keys are bytes; as text with one character each they compare and hash like them. */
function keyOf(value: Value | undefined): string {
  return Buffer.from(bytes(value, 'the key')).toString('latin1')
}

function expiry(value: Value | undefined): number {
  return value === null || value === undefined ? 0 : wholeNumber(value, 'the time to live', 0, 2 ** 32)
}
