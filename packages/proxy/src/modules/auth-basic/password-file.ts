/** Password files, `user:password:comment` a line, read anew when they change. */
import { readFileSync, statSync } from 'node:fs'
import { systemPath } from '../../http/files.ts'

interface Entry {
  readonly stamp: string
  readonly passwords: ReadonlyMap<string, string>
}

/** How many files are remembered: names may come from variables. */
const rememberedFiles = 100

/** The password files of a configuration. */
export class PasswordFiles {
  readonly #files = new Map<string, Entry>()

  /** What is stored for a user; undefined when there is nothing. Throws the system's error when the file cannot be read. */
  find(path: string, user: string): string | undefined {
    const { mtimeMs, size, ino } = statSync(systemPath(path))
    const stamp = `${mtimeMs} ${size} ${ino}`
    let entry = this.#files.get(path)
    if (entry?.stamp !== stamp) {
      entry = { stamp, passwords: parsePasswords(readFileSync(systemPath(path), 'latin1')) }
      if (this.#files.size >= rememberedFiles) this.#files.clear()
      this.#files.set(path, entry)
    }
    return entry.passwords.get(user)
  }
}

/** Lines of users and passwords; the first line of a user counts, `#` begins a comment. */
export function parsePasswords(text: string): ReadonlyMap<string, string> {
  const passwords = new Map<string, string>()
  for (const line of text.split(/\r?\n|\r/)) {
    const match = /^([^#:][^:]*):([^:]*)/.exec(line)
    if (match?.[1] === undefined || passwords.has(match[1])) continue
    passwords.set(match[1], match[2] ?? '')
  }
  return passwords
}
