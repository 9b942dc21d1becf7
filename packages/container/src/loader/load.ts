/** From `module[:export]` to a running application: find the file, import it, choose the export, adapt it. */
import { registerHooks } from 'node:module'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ContainerError } from '../config/diagnostic.ts'
import type { ApplicationReference } from '../config/model/application.ts'
import { nearest } from '../options/lookup.ts'
import { findModule, type FoundModule } from './find-module.ts'
import type { HeldServer } from './held-server.ts'
import { ListenCapture } from './listen-capture.ts'
import { isApplication, recognise, type Recognised } from './recognise.ts'

/** Exports that are tried in this order when none is named. */
const usualNames: readonly string[] = ['default', 'application', 'app']

/** An application that can be served. */
export interface LoadedApplication extends Recognised {
  /** `app.ts:application`, for messages. */
  readonly label: string
  /** Awaited before the first request; what it throws is a failure to load. */
  start(): Promise<void>
  /** Awaited after the last response. */
  stop(): Promise<void>
}

/** Loads an application relative to `directory`; throws ContainerError `LOAD`, or whatever the module itself throws. */
export async function loadApplication(reference: ApplicationReference, directory: string): Promise<LoadedApplication> {
  const found = findModule(reference.module, directory)
  const shown = found.kind === 'file' ? relative(directory, found.path) : found.name
  const capture = new ListenCapture()
  try {
    const exports = await importModule(found, directory)
    return (
      (await listeningApplication(reference, exports, shown, capture)) ??
      (await exportedApplication(reference, exports, shown, capture))
    )
  } catch (error) {
    capture.end()
    throw error
  }
}

type Exports = Readonly<Record<string, unknown>>

/** What a module exports; a server that it makes listen is the same application over again. */
async function exportedApplication(
  reference: ApplicationReference,
  exports: Exports,
  shown: string,
  capture: ListenCapture,
): Promise<LoadedApplication> {
  const { name, value } = chooseExport(exports, reference.export, shown)
  const label = name === 'default' ? `the default export of ${shown}` : `${shown}:${name}`
  const application: unknown = await value
  const recognised = await recognise(application, reference.interface, label)
  const held = capture.settle(application)
  const full = `${label}${insteadOf(held)}`
  // Its own server knows more than the application when it takes WebSockets.
  if (held === undefined || held.server.listenerCount('upgrade') === 0) return withLifespan(recognised, full, capture)
  return withLifespan({ ...recognised, ...(await recognise(held.server, 'node', label)) }, full, capture)
}

/** Of a module that exports no application: the server that it makes listen, where it does. */
async function listeningApplication(
  reference: ApplicationReference,
  exports: Exports,
  shown: string,
  capture: ListenCapture,
): Promise<LoadedApplication | undefined> {
  if (reference.export !== undefined || !['auto', 'node'].includes(reference.interface)) return undefined
  if (isApplication(await usualExport(exports)?.value)) return undefined
  const held = await capture.first()
  if (held === undefined) return undefined
  capture.settle(held.server)
  return withLifespan(await recognise(held.server, 'node', shown), `${shown}${insteadOf(held)}`, capture)
}

function withLifespan(recognised: Recognised, label: string, capture: ListenCapture): LoadedApplication {
  const { application, close } = recognised
  return {
    ...recognised,
    label,
    start: async () => await application.start?.(),
    async stop() {
      capture.answered()
      await application.stop?.()
      await close?.()
      capture.end()
    },
  }
}

function insteadOf(held: HeldServer | undefined): string {
  return held === undefined ? '' : `, instead of its own ${held.target.path ?? `port ${held.target.port}`}`
}

async function importModule(found: FoundModule, directory: string): Promise<Exports> {
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

/** One export of a module that is found as an application is; throws ContainerError `LOAD`. */
export async function importExport(
  module: string,
  name: string,
  directory: string,
): Promise<{ readonly value: unknown; readonly label: string }> {
  const found = findModule(module, directory)
  const shown = found.kind === 'file' ? relative(directory, found.path) : found.name
  const { value } = chooseExport(await importModule(found, directory), name, shown)
  return { value, label: name === 'default' ? `the default export of ${shown}` : `${shown}:${name}` }
}

interface Chosen {
  readonly name: string
  readonly value: unknown
}

/** The named export, or the first of the usual ones; CommonJS and nested defaults are looked through. */
export function chooseExport(exports: Exports, wanted: string | undefined, shown: string): Chosen {
  if (wanted !== undefined) {
    const value = property(exports, wanted) ?? property(exports['default'], wanted)
    if (value === undefined)
      throw new ContainerError('LOAD', `${shown} has no export \`${wanted}\`${listExports(exports, wanted)}`)
    return { name: wanted, value }
  }
  const usual = usualExport(exports)
  if (usual === undefined) {
    const message = `${shown} exports none of \`default\`, \`application\`, \`app\`${listExports(exports, undefined)}`
    throw new ContainerError('LOAD', message)
  }
  return usual
}

function usualExport(exports: Exports): Chosen | undefined {
  const name = usualNames.find((usual) => exports[usual] !== undefined)
  return name === undefined ? undefined : { name, value: exports[name] }
}

function property(from: unknown, path: string): unknown {
  let value = from
  for (const name of path.split('.')) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

function listExports(exports: Exports, wanted: string | undefined): string {
  const names = Object.keys(exports)
    .filter((name) => name !== 'module.exports')
    .sort()
  if (names.length === 0) return '; it exports nothing'
  const near = wanted === undefined ? undefined : nearest(wanted, names)
  return `; it exports \`${names.slice(0, 12).join('`, `')}\`${near === undefined ? '' : `, did you mean \`${near}\`?`}`
}
