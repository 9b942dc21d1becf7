import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** A file that holds this process's number, for those who send it signals. */
export class PidFile {
  #path: string
  readonly #text = `${process.pid}\n`

  constructor(path: string) {
    this.#path = path
  }

  get path(): string {
    return this.#path
  }

  /** The number in a pid file; undefined when there is no such file or no number in it. */
  static read(path: string): number | undefined {
    const content = readOrUndefined(path)?.trim() ?? ''
    return /^[1-9]\d{0,9}$/.test(content) ? Number(content) : undefined
  }

  /** Writes it in one step, so that a reader never sees half a number, and writable for its owner alone, whatever the umask. */
  write(): void {
    const temporary = `${this.path}.${process.pid}`
    // A new file: what somebody may have put there, such as a link, is not written through.
    rmSync(temporary, { force: true })
    writeFileSync(temporary, this.#text, { flag: 'wx', mode: 0o644 })
    try {
      renameSync(temporary, this.path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }

  /** Gives it another name, as long as another process is to have this one. */
  rename(path: string): void {
    renameSync(this.#path, path)
    this.#path = path
  }

  /** Removes it, unless another process has written its own number there since. */
  remove(): void {
    if (readOrUndefined(this.path) === this.#text) rmSync(this.path, { force: true })
  }
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
