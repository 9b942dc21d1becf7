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

  /** Writes it in one step: a reader never sees half a number. */
  write(): void {
    const temporary = `${this.path}.${process.pid}`
    writeFileSync(temporary, this.#text)
    renameSync(temporary, this.path)
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
