import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { nearest } from '../options/lookup.ts'

/** The file beside `path` that somebody most likely meant; undefined when none is near, or the folder cannot be read. */
export function nearestFile(path: string, ending: string): string | undefined {
  const folder = dirname(path)
  let names: readonly string[]
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(ending) && name !== basename(path))
  } catch {
    return undefined
  }
  const near = nearest(
    basename(path, ending),
    names.map((name) => basename(name, ending)),
  )
  return near === undefined ? undefined : join(folder, near + ending)
}
