/**
 * Leaky buckets, one per client: each request puts a thousandth-counted one in, time takes `rate` out. Those that have
 * not been asked for longest give way when the table is full, as in nginx.
 */

/** How full a bucket is, in thousandths of a request, and when that was so (milliseconds). */
export interface Bucket {
  excess: number
  last: number
}

/** How long a clock may have run backwards before its word is not believed. */
const clockSlack = 60_000

/** The buckets of one zone. */
export class LeakyBuckets {
  /** Thousandths of requests a second. */
  readonly rate: number
  readonly #capacity: number
  readonly #buckets = new Map<string, Bucket>()

  constructor(rate: number, capacity: number) {
    this.rate = rate
    this.#capacity = capacity
  }

  /** How full the client's bucket would be with one request more; the request is not counted yet. */
  excessOf(key: string, now: number): number {
    const bucket = this.#buckets.get(key)
    return bucket === undefined ? 0 : this.#filled(bucket, now)
  }

  /** Counts a request and returns how full the bucket is now. */
  count(key: string, now: number): number {
    const bucket = this.#buckets.get(key)
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#capacity) this.#dropOldest()
      this.#buckets.set(key, { excess: 0, last: now })
      return 0
    }
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    bucket.excess = this.#filled(bucket, now)
    if (now !== bucket.last) bucket.last = now
    return bucket.excess
  }

  #filled({ excess, last }: Bucket, now: number): number {
    let elapsed = now - last
    if (elapsed < 0) elapsed = elapsed < -clockSlack ? 1 : 0
    return Math.max(0, excess - Math.trunc((this.rate * elapsed) / 1000) + 1000)
  }

  #dropOldest(): void {
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key)
      return
    }
  }
}
