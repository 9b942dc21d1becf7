import type { Diagnostic, Place } from './diagnostic.ts'
import type { Setting } from './setting.ts'

/** One configuration file, read: its settings by section in file order, and what was wrong with its lines. */
export interface ConfigFile {
  readonly sections: ReadonlyMap<string, readonly Setting[]>
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads the text of one format; never throws. `source` is the name that errors are reported under. */
export type Parse = (text: string, source: string) => ConfigFile

/** Places in a text by offset; one object per text. */
export class PlaceFinder {
  readonly #source: string
  readonly #lines: readonly string[]
  readonly #starts: readonly number[]

  constructor(text: string, source: string) {
    this.#source = source
    const lines = text.split('\n')
    let start = 0
    this.#starts = lines.map((line) => {
      const at = start
      start += line.length + 1
      return at
    })
    this.#lines = lines.map((line) => line.replace(/\r$/, ''))
  }

  /** The place of a stretch, cut at the end of its first line. */
  place(start: number, end: number): Place {
    const after = this.#starts.findIndex((at) => at > start)
    const index = (after < 0 ? this.#starts.length : after) - 1
    const text = this.#lines[index] ?? ''
    const from = Math.min(start - (this.#starts[index] ?? 0), text.length)
    const length = Math.max(0, Math.min(end - start, text.length - from))
    return { source: this.#source, line: index + 1, column: from + 1, length, text }
  }
}
