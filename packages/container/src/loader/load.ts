/** From `module[:export]` to a running application: find the file, import it, choose the export, adapt it. */
import { registerHooks } from 'node:module'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ContainerError } from '../config/diagnostic.ts'
import type { ApplicationReference } from '../config/model/application.ts'
import { nearest } from '../options/lookup.ts'
import { findModule, type FoundModule } from './find-module.ts'
import { recognise, type Recognised } from './recognise.ts'

/** Exports that are tried in this order when none is named. */
const usualNames: readonly string[] = ['default', 'application', 'app']

/** An application that can be served. */
export interface LoadedApplication extends Recognised {
  /** `app.ts:application`, for messages. */
  readonly label: string
}

/** Loads an application relative to `directory`; throws ContainerError `LOAD`, or whatever the module itself throws. */
export async function loadApplication(reference: ApplicationReference, directory: string): Promise<LoadedApplication> {
  const found = findModule(reference.module, directory)
  const shown = found.kind === 'file' ? relative(directory, found.path) : found.name
  const exports = await importModule(found, directory)
  const { name, value } = chooseExport(exports, reference.export, shown)
  const label = name === 'default' ? `the default export of ${shown}` : `${shown}:${name}`
  return { ...(await recognise(await value, reference.interface, label)), label }
}

async function importModule(found: FoundModule, directory: string): Promise<Readonly<Record<string, unknown>>> {
  if (found.kind === 'file') return (await import(pathToFileURL(found.path).href)) as Record<string, unknown>
  // A bare name is looked up from this file, but the package is the user's: it is looked up from their folder instead.
  const parentURL = pathToFileURL(join(directory, 'noop.js')).href
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, context.parentURL === import.meta.url ? { ...context, parentURL } : context),
  })
  try {
    return (await import(found.name)) as Record<string, unknown>
  } finally {
    hooks.deregister()
  }
}

interface Chosen {
  readonly name: string
  readonly value: unknown
}

/** The named export, or the first of the usual ones; CommonJS and nested defaults are looked through. */
export function chooseExport(
  exports: Readonly<Record<string, unknown>>,
  wanted: string | undefined,
  shown: string,
): Chosen {
  if (wanted !== undefined) {
    const value = property(exports, wanted) ?? property(exports['default'], wanted)
    if (value === undefined)
      throw new ContainerError('LOAD', `${shown} has no export \`${wanted}\`${listExports(exports, wanted)}`)
    return { name: wanted, value }
  }
  const name = usualNames.find((usual) => exports[usual] !== undefined)
  if (name === undefined) {
    const message = `${shown} exports none of \`default\`, \`application\`, \`app\`${listExports(exports, undefined)}`
    throw new ContainerError('LOAD', message)
  }
  return { name, value: exports[name] }
}

function property(from: unknown, path: string): unknown {
  let value = from
  for (const name of path.split('.')) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

function listExports(exports: Readonly<Record<string, unknown>>, wanted: string | undefined): string {
  const names = Object.keys(exports)
    .filter((name) => name !== 'module.exports')
    .sort()
  if (names.length === 0) return '; it exports nothing'
  const near = wanted === undefined ? undefined : nearest(wanted, names)
  return `; it exports \`${names.slice(0, 12).join('`, `')}\`${near === undefined ? '' : `, did you mean \`${near}\`?`}`
}
