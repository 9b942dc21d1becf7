import { readdirSync, watch, type Dirent, type FSWatcher } from 'node:fs'
import { extname, join } from 'node:path'

/** Milliseconds without a further change that end a burst: an editor truncates a file and then writes it. */
const quiet = 15

/** What an application is made of. */
const sources: ReadonlySet<string> = new Set(
  '.ts .mts .cts .tsx .js .mjs .cjs .jsx .json .wasm .py .html .txt .sql .env'.split(' '),
)

/** Folders watched at most; a tree that is larger holds more than sources. */
const mostFolders = 5000

/**
 * Watches a folder with all below it, without hidden folders and installed packages; calls `onChange` with the path of a
 * source that changed, at once after a burst of changes. Returns how to stop; `onLost` says what cannot be watched.
 */
export function watchSources(
  folder: string,
  onChange: (path: string) => void,
  onLost: (path: string, error: Error) => void,
): () => void {
  const tree = new SourceTree(onChange, onLost)
  tree.add(folder)
  return () => tree.close()
}

class SourceTree {
  readonly #onChange: (path: string) => void
  readonly #onLost: (path: string, error: Error) => void
  readonly #watchers = new Map<string, FSWatcher>()
  #timer: NodeJS.Timeout | undefined

  constructor(onChange: (path: string) => void, onLost: (path: string, error: Error) => void) {
    this.#onChange = onChange
    this.#onLost = onLost
  }

  /** A folder and all that are below it now; those that come later are found by the change of theirs. */
  add(folder: string): void {
    if (this.#watchers.has(folder)) return
    if (this.#watchers.size >= mostFolders) {
      this.#onLost(folder, new Error(`there are more than ${mostFolders} folders`))
      return
    }
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => this.#changed(folder, event, name))
      watcher.on('error', () => this.#remove(folder)) // it was removed
      this.#watchers.set(folder, watcher)
      for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (isWatched(entry)) this.add(join(folder, entry.name))
    } catch (error) {
      this.#onLost(folder, error instanceof Error ? error : new Error(String(error)))
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #changed(folder: string, event: string, name: string | null): void {
    if (name === null) return
    const path = join(folder, name)
    if (event === 'rename') this.#look(folder, name)
    if (!sources.has(extname(name)) || name.startsWith('.')) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#onChange(path), quiet).unref()
  }

  /** Something came or went: it may be a folder. */
  #look(folder: string, name: string): void {
    const path = join(folder, name)
    try {
      const entry = readdirSync(folder, { withFileTypes: true }).find((found) => found.name === name)
      if (entry === undefined) this.#remove(path)
      else if (isWatched(entry)) this.add(path)
    } catch {
      this.#remove(folder)
    }
  }

  #remove(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }
}

function isWatched(entry: Dirent): boolean {
  return entry.isDirectory() && !entry.name.startsWith('.') && !['node_modules', '__pycache__'].includes(entry.name)
}
