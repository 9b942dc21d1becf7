/** Cuts a stream of text into lines, holding back the unfinished last one. */
export class LineBuffer {
  #held = ''

  /** The lines that `chunk` completes, without their newline (or CR LF). */
  push(chunk: string): string[] {
    const lines = chunk.split('\n')
    lines[0] = this.#held + (lines[0] ?? '')
    this.#held = lines.pop() ?? ''
    return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  }

  /** Characters held back: what a limit is compared with. */
  get pending(): number {
    return this.#held.length
  }

  /** Gives up the unfinished line. */
  take(): string {
    const held = this.#held
    this.#held = ''
    return held
  }
}
