import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root folder. */
export const root: string = fileURLToPath(new URL('..', import.meta.url))

/** What the tests of the whole repository read of a manifest. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** A package of the workspace. */
export interface WorkspacePackage {
  readonly folder: string
  readonly manifest: Manifest
}

/** The manifest in `folder`, relative to the root. */
export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Manifest
}

/** All packages below packages/ and apps/ that are published; a sample in another language has no manifest. */
export async function publishedPackages(): Promise<WorkspacePackage[]> {
  const all: WorkspacePackage[] = []
  for await (const path of glob('{packages,apps}/*/package.json', { cwd: root })) {
    const folder = dirname(path)
    all.push({ folder, manifest: await readManifest(folder) })
  }
  return all.filter(({ manifest }) => manifest.private !== true)
}
