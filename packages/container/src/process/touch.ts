import { unwatchFile, watchFile, type StatsListener } from 'node:fs'

/** How often files are looked at: often enough for a hand on a keyboard, and one stat(2) each time. */
const interval = 500

/** Calls `onTouch` when the modification time of a file changes, also when the file comes into being; returns how to stop. */
export function watchTouch(paths: readonly string[], onTouch: (path: string) => void): () => void {
  const watched = paths.map((path) => {
    const listener: StatsListener = (now, before) => {
      // Reading a file changes its access time, which is no touch; a removed file has no time at all.
      if (now.mtimeMs !== before.mtimeMs && now.mtimeMs !== 0) onTouch(path)
    }
    watchFile(path, { interval, persistent: false }, listener)
    return { path, listener }
  })
  return () => {
    for (const { path, listener } of watched) unwatchFile(path, listener)
  }
}
