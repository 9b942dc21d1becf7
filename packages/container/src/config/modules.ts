/**
 * Configuration modules, `container.config.ts` and the like: imported, their default export is the options. A module is
 * imported anew for each reading, so that a reload sees what was edited; the modules it imports in turn are not.
 */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { ContainerOptions } from '../container-options.ts'
import type { ConfigModule } from './reader.ts'

let version = 0

/** Imports one; never rejects. */
export async function importConfig(path: string): Promise<ConfigModule> {
  try {
    const text = readFileSync(path, 'utf8')
    version += 1
    const module: unknown = await import(`${pathToFileURL(path).href}?reading=${version}`)
    const options: unknown = await (typeof module === 'object' && module !== null && 'default' in module
      ? module.default
      : undefined)
    if (!isOptions(options)) return { error: 'it has no default export that is an object of options' }
    return { options, text }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** That each option is one, and its value right, is seen when it is read, with its place. */
function isOptions(value: unknown): value is ContainerOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
