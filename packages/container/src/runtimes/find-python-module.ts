/** Where a dotted name would be found, by the folders alone: what is installed with the interpreter, only it can tell. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The folders that an application's modules are looked for in, before those of the interpreter. */
export function pythonFolders(
  directory: string,
  surroundings: { readonly path: readonly string[]; readonly virtualenv: string | undefined },
): readonly string[] {
  return [...surroundings.path, directory, ...sitePackages(surroundings.virtualenv)]
}

/** The file of `a.b` in the first folder that has it: `a/b.py`, or `a/b/__init__.py`. */
export function findPythonModule(name: string, folders: readonly string[]): string | undefined {
  if (!/^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*$/u.test(name)) return undefined
  const path = name.replaceAll('.', '/')
  return folders
    .flatMap((folder) => [join(folder, `${path}.py`), join(folder, path, '__init__.py')])
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
}

function sitePackages(virtualenv: string | undefined): readonly string[] {
  if (virtualenv === undefined) return []
  const lib = join(virtualenv, 'lib')
  if (statSync(lib, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  return readdirSync(lib)
    .filter((name) => name.startsWith('python3'))
    .map((name) => join(lib, name, 'site-packages'))
}
