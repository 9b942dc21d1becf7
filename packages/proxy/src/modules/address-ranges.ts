/** Values by ranges of IPv4 addresses, sorted. A range may be cut out of another one, but not reach over its edge. */
interface Range {
  readonly start: number
  readonly end: number
  readonly value: string
}

/** The ranges of one `geo` block. */
export class AddressRanges {
  #ranges: Range[] = []

  /** Adds a range, its end included; the value of the very same range is replaced. */
  add(start: number, end: number, value: string): 'added' | 'duplicate' | 'overlaps' {
    const index = this.#ranges.findIndex((range) => range.end >= start)
    const range = index === -1 ? undefined : this.#ranges[index]
    if (range === undefined) {
      this.#ranges.push({ start, end, value })
      return 'added'
    }
    if (range.start > end) {
      this.#ranges.splice(index, 0, { start, end, value })
      return 'added'
    }
    if (start < range.start || end > range.end) return 'overlaps'
    const before = start > range.start ? [{ ...range, end: start - 1 }] : []
    const after = end < range.end ? [{ ...range, start: end + 1 }] : []
    this.#ranges.splice(index, 1, ...before, { start, end, value }, ...after)
    return before.length + after.length === 0 ? 'duplicate' : 'added'
  }

  /** Removes exactly this range; false when there is none. */
  delete(start: number, end: number): boolean {
    const kept = this.#ranges.filter((range) => range.start !== start || range.end !== end)
    const found = kept.length < this.#ranges.length
    this.#ranges = kept
    return found
  }

  /** The value of the range an address is in. */
  find(address: number): string | undefined {
    let low = 0
    let high = this.#ranges.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const range = this.#ranges[middle]
      if (range === undefined) return undefined
      if (address < range.start) high = middle - 1
      else if (address > range.end) low = middle + 1
      else return range.value
    }
    return undefined
  }
}
