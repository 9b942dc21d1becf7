/**
 * What users install is the tarball, not the checkout: packs every published package, installs the tarballs into an
 * empty project, and then imports every entry, type-checks a consumer and runs every executable there.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Folder, runToEnd, temporaryFolder } from '@trivet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type WorkspacePackage, publishedPackages, root } from './workspace.ts'

const packages = await publishedPackages()
const bins = join(root, 'node_modules/.bin')

let folder: Folder
const tarballs = new Map<string, string>()

beforeAll(async () => {
  folder = await temporaryFolder()
  await run('turbo', ['run', 'build', '--output-logs=errors-only'], root)
  const filters = packages.map(({ manifest }) => `--filter=${manifest.name}`)
  await run('pnpm', ['-r', ...filters, 'pack', '--pack-destination', folder.join('tarballs')], root)
  for (const { manifest } of packages) {
    const file = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`
    tarballs.set(manifest.name, folder.join('tarballs', file))
  }
  expect(await readdir(folder.join('tarballs'))).toHaveLength(packages.length)
  await install()
}, 120_000)

afterAll(async () => await folder.remove())

test.each(packages.map(({ manifest }) => manifest.name))('%s passes publint and attw', async (name) => {
  const tarball = tarballs.get(name) ?? ''
  await run('publint', [tarball, '--strict'])
  await run('attw', [tarball, '--profile', 'esm-only', '--no-emoji'])
})

test.each(packages.map(({ manifest }) => manifest.name))('%s carries no source, test or secret', async (name) => {
  const { output } = await run('tar', ['-tzf', tarballs.get(name) ?? ''])
  const files = output.trim().split('\n')
  expect(files).toContain('package/LICENSE')
  expect(files).toContain('package/README.md')
  const allowed =
    /^package\/(package\.json|README\.md|LICENSE|CHANGELOG\.md|[A-Z]+\.md|(dist|bin|conf|public|python)\/.*|nginx\.conf\.template)$/
  expect(files.filter((file) => !allowed.test(file) || /\.test\.|fixtures\//.test(file))).toEqual([])
})

test('every entry can be imported, without our conditions', async () => {
  const entries = packages.flatMap(entriesOf)
  const script = `for (const entry of ${JSON.stringify(entries)}) await import(entry); process.exit(0)`
  await run(process.execPath, ['--input-type=module', '-e', script], folder.path)
})

test("every entry's types are there", async () => {
  const lines = packages.flatMap(entriesOf).map((entry, i) => `import * as entry${i} from '${entry}'\nvoid entry${i}\n`)
  await folder.write('consumer.ts', lines.join(''))
  const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node']
  const library = [
    '--lib',
    'es2024,esnext.disposable',
    '--skipLibCheck',
    '--typeRoots',
    join(root, 'node_modules/@types'),
  ]
  await run('tsc', [...strict, ...library, 'consumer.ts'], folder.path)
})

test.each(packages.flatMap(({ manifest }) => Object.keys(manifest.bin ?? {}).map((bin) => ({ bin, manifest }))))(
  '$bin tells its version',
  async ({ bin, manifest }) => {
    const flag = bin === 'trivet-proxy' ? '-v' : '--version'
    const { output } = await run(folder.join('node_modules/.bin', bin), [flag], folder.path)
    expect(output).toContain(manifest.version)
  },
)

function entriesOf({ manifest }: WorkspacePackage): string[] {
  const entries = Object.keys(manifest.exports ?? {}).filter((entry) => !entry.endsWith('.json'))
  return entries.map((entry) => join(manifest.name, entry))
}

async function install(): Promise<void> {
  const files = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]))
  // Optional peers are their user's to bring; an entry that needs one is imported too.
  const peers = packages.flatMap(({ manifest }) => Object.entries(manifest.peerDependencies ?? {}))
  const dependencies = { ...Object.fromEntries(peers), ...files }
  await folder.write('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module', dependencies }))
  // Without the override a tarball would look for its siblings in the registry.
  await folder.write('pnpm-workspace.yaml', `pmOnFail: ignore\noverrides: ${JSON.stringify(files)}\n`)
  await run('pnpm', ['install', '--prefer-offline', '--ignore-scripts'], folder.path)
}

/** Runs a program of the repository's own tools and demands success. */
async function run(command: string, args: readonly string[], cwd: string = root): Promise<{ readonly output: string }> {
  const env = {
    PATH: `${bins}:${process.env['PATH']}`,
    GUESTBOOK_DATA: folder.join('guestbook'),
    NODE_OPTIONS: undefined,
    TURBO_TELEMETRY_DISABLED: '1',
  }
  const result = await runToEnd(command, args, { cwd, env, timeout: 90_000 })
  if (result.code !== 0) throw new Error(`${command} ${args.join(' ')} failed (${result.code}):\n${result.output}`)
  return result
}
