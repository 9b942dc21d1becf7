/**
 * The programs our tiers are held against. A test that needs one is skipped where it is missing, and says which Debian
 * package brings it.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, test } from 'vitest'

interface Recipe {
  /** The Debian package. */
  readonly debian: string
  /** Names to look for on PATH, or absolute paths; the first that exists is it. */
  readonly programs: readonly string[]
  /** A module that the program, an interpreter, must be able to load. */
  readonly module?: readonly string[]
}

/** The peers that tests may ask for. */
export type PeerName =
  | 'nginx'
  | 'uwsgi'
  | 'uwsgi-python'
  | 'apache2'
  | 'wrk'
  | 'curl'
  | 'chromium'
  | 'python3'
  | 'flask'
  | 'django'
  | 'bottle'
  | 'falcon'
  | 'pyramid'
  | 'starlette'
  | 'uvicorn'
  | 'uvloop'
  | 'radicale'
  | 'mercurial'
  | 'hgweb'
  | 'bepasty'
  | 'perl'
  | 'plack'
  | 'ruby'
  | 'rack'
  | 'php-fpm'
  | 'redis'

const recipes: Readonly<Record<PeerName, Recipe>> = {
  nginx: { debian: 'nginx', programs: ['nginx'] },
  uwsgi: { debian: 'uwsgi-core', programs: ['uwsgi', 'uwsgi-core'] },
  'uwsgi-python': {
    debian: 'uwsgi-plugin-python3',
    programs: ['/usr/lib/uwsgi/plugins/python3_plugin.so'],
  },
  apache2: { debian: 'apache2', programs: ['apache2', 'httpd'] },
  wrk: { debian: 'wrk', programs: ['wrk'] },
  curl: { debian: 'curl', programs: ['curl'] },
  chromium: { debian: 'chromium', programs: ['chromium', 'chromium-browser', 'google-chrome'] },
  python3: { debian: 'python3', programs: ['python3'] },
  flask: debianModule('python3-flask', 'flask'),
  django: debianModule('python3-django', 'django'),
  bottle: debianModule('python3-bottle', 'bottle'),
  falcon: debianModule('python3-falcon', 'falcon'),
  pyramid: debianModule('python3-pyramid', 'pyramid'),
  starlette: debianModule('python3-starlette', 'starlette'),
  uvicorn: debianModule('python3-uvicorn', 'uvicorn'),
  uvloop: debianModule('python3-uvloop', 'uvloop'),
  radicale: debianModule('radicale', 'radicale'),
  bepasty: debianModule('bepasty', 'bepasty'),
  mercurial: { debian: 'mercurial', programs: ['/usr/bin/hg'] },
  hgweb: debianModule('mercurial', 'mercurial'),
  perl: { debian: 'perl', programs: ['perl'] },
  plack: { debian: 'libplack-perl', programs: ['perl'], module: ['-MPlack', '-e1'] },
  ruby: { debian: 'ruby', programs: ['ruby'] },
  rack: { debian: 'ruby-rack', programs: ['ruby'], module: ['-e', 'require "rack"'] },
  redis: { debian: 'redis-server', programs: ['redis-server'] },
  'php-fpm': { debian: 'php-fpm', programs: ['php-fpm', 'php-fpm8.4', 'php-fpm8.3', 'php-fpm8.2'] },
}

/** A Python package of Debian's; the path of such a peer is the interpreter that has it, which need not be the first on PATH. */
function debianModule(debian: string, module: string): Recipe {
  return { debian, programs: ['/usr/bin/python3', 'python3'], module: ['-c', `import ${module}`] }
}

const found = new Map<PeerName, string | undefined>()

/** The peer's absolute path, or undefined when it is not installed. */
export function findPeer(name: PeerName): string | undefined {
  if (!found.has(name)) found.set(name, look(recipes[name]))
  return found.get(name)
}

/** The peer's absolute path; throws an error that names the Debian package when it is not installed. */
export function peer(name: PeerName): string {
  const path = findPeer(name)
  if (path === undefined) throw new Error(`${name} is not installed; Debian has it in \`${recipes[name].debian}\``)
  return path
}

/** The Debian packages to install for those of `names` that are missing. */
export function missingPackages(...names: readonly PeerName[]): string[] {
  const missing = names.filter((name) => findPeer(name) === undefined)
  return [...new Set(missing.map((name) => recipes[name].debian))]
}

/** `test` and `describe` that are skipped, with the packages to install in their name, where a peer is missing. */
export interface PeerTests {
  readonly test: (name: string, body: () => void | Promise<void>, timeout?: number) => void
  /** The same, beside the other concurrent tests of the file. */
  readonly concurrent: (name: string, body: () => void | Promise<void>, timeout?: number) => void
  readonly describe: (name: string, body: () => void) => void
}

/** `withPeers('nginx').test('serves a file', async () => { ... })` */
export function withPeers(...names: readonly PeerName[]): PeerTests {
  const missing = missingPackages(...names)
  const label = (name: string): string => (missing.length === 0 ? name : `${name} (needs ${missing.join(', ')})`)
  return {
    test: (name, body, timeout) => test.skipIf(missing.length > 0)(label(name), body, timeout),
    concurrent: (name, body, timeout) => test.skipIf(missing.length > 0).concurrent(label(name), body, timeout),
    describe: (name, body) => describe.skipIf(missing.length > 0)(label(name), body),
  }
}

function look(recipe: Recipe): string | undefined {
  const path = recipe.programs.map(onPath).find((candidate) => candidate !== undefined)
  if (path === undefined || recipe.module === undefined) return path
  return spawnSync(path, recipe.module, { stdio: 'ignore' }).status === 0 ? path : undefined
}

function onPath(program: string): string | undefined {
  // Debian keeps servers in sbin folders, which are not on a user's PATH.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']
  const candidates = program.startsWith('/') ? [program] : folders.map((folder) => join(folder, program))
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, program.endsWith('.so') ? constants.R_OK : constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
