import { watch, type FSWatcher } from 'node:fs'

/** Milliseconds without a further change that end a burst: an editor or a checkout writes many files, and one reload is enough. */
const quiet = 100

/** Calls `onChange` after changes to files, or to what lies directly in folders; returns how to stop. `onLost` says why a path cannot be watched. */
export function watchPaths(
  paths: readonly string[],
  onChange: (path: string) => void,
  onLost: (path: string, error: Error) => void,
): () => void {
  const watchers: FSWatcher[] = []
  const timers = new Map<string, NodeJS.Timeout>()
  for (const path of paths) {
    try {
      const watcher = watch(path, { persistent: false }, () => {
        clearTimeout(timers.get(path))
        timers.set(path, setTimeout(() => onChange(path), quiet).unref())
      })
      watcher.on('error', (error) => onLost(path, error))
      watchers.push(watcher)
    } catch (error) {
      onLost(path, error instanceof Error ? error : new Error(String(error)))
    }
  }
  return () => {
    for (const watcher of watchers) watcher.close()
    for (const timer of timers.values()) clearTimeout(timer)
  }
}
