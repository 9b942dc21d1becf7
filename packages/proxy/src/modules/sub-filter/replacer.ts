/**
 * Texts replaced in a stream: the leftmost match counts, of several at one place the first in the list. Case does not
 * matter. What may be the beginning of a match waits for the rest.
 */

/** A text to look for, in lower case. */
export interface Pattern {
  readonly text: string
  readonly replacement: () => string
}

interface Match {
  readonly at: number
  readonly index: number
}

/** Replaces texts in one body, byte strings in, byte strings out. */
export class Replacer {
  readonly #patterns: readonly Pattern[]
  readonly #once: boolean
  readonly #isSpent: boolean[]
  readonly #longest: number
  #held = ''

  /** With `once` each text is replaced only where it is first found. */
  constructor(patterns: readonly Pattern[], once: boolean) {
    this.#patterns = patterns
    this.#once = once
    this.#isSpent = patterns.map(() => false)
    this.#longest = Math.max(0, ...patterns.map(({ text }) => text.length))
  }

  /** Takes a piece and returns what can go on. */
  push(chunk: string): string {
    return this.#replace(this.#held + chunk, false)
  }

  /** The end: returns the rest. */
  end(): string {
    return this.#replace(this.#held, true)
  }

  #replace(text: string, isLast: boolean): string {
    const lower = text.toLowerCase()
    let result = ''
    let at = 0
    for (;;) {
      const match = this.#find(lower, at)
      const partial = isLast ? undefined : this.#findPartial(lower, at)
      if (match === undefined || (partial !== undefined && comesFirst(partial, match))) {
        const end = partial?.at ?? text.length
        this.#held = text.slice(end)
        return result + text.slice(at, end)
      }
      const pattern = this.#patterns[match.index]
      if (pattern === undefined) throw new RangeError(`no pattern ${match.index}`)
      result += text.slice(at, match.at) + pattern.replacement()
      at = match.at + pattern.text.length
      if (this.#once) this.#isSpent[match.index] = true
    }
  }

  #find(lower: string, from: number): Match | undefined {
    let best: Match | undefined
    for (const [index, { text }] of this.#patterns.entries()) {
      if (this.#isSpent[index] === true) continue
      const at = lower.indexOf(text, from)
      if (at !== -1 && (best === undefined || at < best.at)) best = { at, index }
    }
    return best
  }

  /** The earliest place where the text may end in the middle of a match. */
  #findPartial(lower: string, from: number): Match | undefined {
    for (let at = Math.max(from, lower.length - this.#longest + 1); at < lower.length; at++) {
      const rest = lower.slice(at)
      const index = this.#patterns.findIndex(
        ({ text }, candidate) =>
          this.#isSpent[candidate] !== true && text.length > rest.length && text.startsWith(rest),
      )
      if (index !== -1) return { at, index }
    }
    return undefined
  }
}

function comesFirst(partial: Match, match: Match): boolean {
  return partial.at < match.at || (partial.at === match.at && partial.index < match.index)
}
