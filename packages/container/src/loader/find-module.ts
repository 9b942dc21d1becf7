/**
 * Where `module` points: a file relative to the working directory, its extension optional; a folder with an index file;
 * or else a package, which Node finds in node_modules from there. A name with a dot or slash at its start, or with a
 * known extension, is a file and never a package.
 */
import { readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import { ContainerError } from '../config/diagnostic.ts'
import { nearest } from '../options/lookup.ts'

/** What Node 24 and later run as they are; TypeScript first, because a built file beside its source is stale more often. */
const extensions: readonly string[] = ['.ts', '.mts', '.js', '.mjs', '.cts', '.cjs']

/** A module that can be imported. */
export type FoundModule =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }

/** Finds a module; throws ContainerError `LOAD` that says where it looked and what is near. */
export function findModule(module: string, directory: string): FoundModule {
  const path = resolve(directory, module)
  const candidates = [
    path,
    ...extensions.map((extension) => path + extension),
    ...extensions.map((extension) => join(path, `index${extension}`)),
  ]
  const file = candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile())
  if (file !== undefined) return { kind: 'file', path: file }
  const isPath = /^[./]/.test(module) || extensions.includes(extname(module))
  if (!isPath && isPackage(module, directory)) return { kind: 'package', name: module }
  throw new ContainerError('LOAD', missing(module, path, directory, isPath))
}

function isPackage(name: string, directory: string): boolean {
  const folders = createRequire(join(directory, 'noop.js')).resolve.paths(name)
  // Null: a module of Node's own, such as node:fs.
  if (folders === null) return false
  const root = name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
  return folders.some((folder) => statSync(join(folder, root, 'package.json'), { throwIfNoEntry: false })?.isFile())
}

function missing(module: string, path: string, directory: string, isPath: boolean): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    return `${path} is a folder without an index file`
  const other = isPath ? '' : ', and no package of that name'
  const lines = [`there is no \`${module}\` in ${directory}${other}`]
  const dotted = module.replaceAll('.', '/')
  if (
    !isPath &&
    dotted !== module &&
    extensions.some((extension) => statSync(join(directory, dotted + extension), { throwIfNoEntry: false })?.isFile())
  ) {
    return `${lines[0]}; modules are files here, not dotted names: \`${dotted}\``
  }
  const folder = dirname(path)
  const names = listModules(folder)
  const near =
    nearest(basename(path), names) ??
    nearest(
      basename(path),
      names.map((name) => basename(name, extname(name))),
    )
  if (near !== undefined) return `${lines[0]}, did you mean \`${join(relative(directory, folder), near)}\`?`
  const shown = names.slice(0, 8).join(', ')
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) lines.push(`there is no folder ${folder}`)
  else
    lines.push(
      names.length === 0 ? `no modules are in ${folder}` : `${folder} has ${shown}${names.length > 8 ? ', ...' : ''}`,
    )
  return lines.join('; ')
}

function listModules(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return []
  return readdirSync(folder)
    .filter((name) => extensions.includes(extname(name)) && !name.includes('.test.') && !name.endsWith('.d.ts'))
    .sort()
}
