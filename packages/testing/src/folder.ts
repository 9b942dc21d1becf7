import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inUse } from './in-use.ts'

/** A temporary folder; `await using folder = await temporaryFolder()` removes it when the block ends. */
export class Folder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** The absolute path of `name` inside; nothing is created. */
  join(...names: string[]): string {
    return join(this.path, ...names)
  }

  /** Writes a file, with the folders on its way, and returns its absolute path. */
  async write(name: string, content: string | Uint8Array, mode = 0o644): Promise<string> {
    const path = this.join(name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content, { mode })
    return path
  }

  /** Makes a symbolic link to `target` and returns its absolute path. */
  async link(name: string, target: string): Promise<string> {
    await symlink(target, this.join(name))
    return this.join(name)
  }

  /** A file's text; the empty string when it does not exist. */
  async read(name: string): Promise<string> {
    try {
      return await readFile(this.join(name), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
      throw error
    }
  }

  /** What is inside, sorted. */
  async list(): Promise<string[]> {
    return (await readdir(this.path)).toSorted()
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 })
    inUse.folders.delete(this.path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove()
  }
}

/** Makes a temporary folder; its path is short, so that a unix socket inside stays under the 107 bytes the kernel allows. */
export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(realpathSync(tmpdir()), 'tvt-'))
  inUse.folders.add(path)
  return new Folder(path)
}
