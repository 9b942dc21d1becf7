/** The text of a pattern, read from left to right. */

/** A place in a pattern. */
export class PatternSource {
  at = 0
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length
  }

  /** The next character; empty at the end. */
  get next(): string {
    return this.text.charAt(this.at)
  }

  /** Takes one character; empty at the end. */
  take(): string {
    return this.text.charAt(this.at++)
  }

  /** Takes what a sticky expression matches here. */
  match(regex: RegExp): RegExpExecArray | undefined {
    regex.lastIndex = this.at
    const found = regex.exec(this.text) ?? undefined
    if (found !== undefined) this.at = regex.lastIndex
    return found
  }
}
