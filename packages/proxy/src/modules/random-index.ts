/** `random_index`: for a URI that ends in a slash one of the files of its folder. */
import { readdirSync, statSync } from 'node:fs'
import { internalRedirect } from '../http/engine.ts'
import { systemPath } from '../http/files.ts'
import type { Request } from '../http/request.ts'
import { flagRow } from '../language/rows.ts'
import { declined, taken, type Module } from '../model/module.ts'
import { setting } from '../model/setting.ts'
import { lookIntoFolder } from './folder.ts'

const enabled = setting('random_index', false)

function filesOf(path: string): string[] {
  const names: string[] = []
  for (const entry of readdirSync(systemPath(path), { withFileTypes: true, encoding: 'buffer' })) {
    const name = entry.name.toString('latin1')
    if (name.startsWith('.')) continue
    const isFile = entry.isSymbolicLink()
      ? statSync(systemPath(path + name), { throwIfNoEntry: false })?.isFile() === true
      : entry.isFile()
    if (isFile) names.push(name)
  }
  return names
}

function handle(request: Request): number {
  const { method, uri } = request
  if (!uri.endsWith('/') || (method !== 'GET' && method !== 'HEAD' && method !== 'POST')) return declined
  const names = lookIntoFolder(request, filesOf)
  if (typeof names === 'number') return names
  const name = names[Math.floor(Math.random() * names.length)]
  if (name === undefined) return declined
  internalRedirect(request, uri + name, request.args)
  return taken
}

/** The random_index module. */
export const randomIndex: Module = {
  name: 'random_index',
  directives: [flagRow('random_index', ['location'], enabled, 'Whether a folder is one of its files, by chance.')],
  attach: (scope) => (scope.value(enabled) ? { content: handle } : undefined),
}
