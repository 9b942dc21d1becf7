import { statSync } from 'node:fs'
import { stat } from 'node:fs/promises'

/** How often files are looked at: often enough for a hand on a keyboard, and one stat(2) each time. */
const interval = 500

/** Calls `onTouch` when the modification time of a file changes, also when the file comes into being; returns how to stop. */
export function watchTouch(paths: readonly string[], onTouch: (path: string) => void): () => void {
  if (paths.length === 0) return () => {}
  const known = new Map(paths.map((path) => [path, statSync(path, { throwIfNoEntry: false })?.mtimeMs]))
  const timer = setInterval(() => {
    for (const path of paths) {
      void modified(path).then((time) => {
        const touched = time !== undefined && time !== known.get(path)
        known.set(path, time)
        if (touched) onTouch(path)
      })
    }
  }, interval)
  timer.unref()
  return () => clearInterval(timer)
}

/** Undefined while there is no such file, or none that may be looked at. */
async function modified(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  )
}
