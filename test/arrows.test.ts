/**
 * Which package may import which. The lint rule in .oxlintrc.json keeps it while one writes; these tests show that the
 * rule fires, and that manifests and entries agree with it.
 */
import { existsSync } from 'node:fs'
import { copyFile, readFile, readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { runToEnd, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { type Manifest, readManifest, root } from './workspace.ts'

const oxlint = join(root, 'node_modules/.bin/oxlint')

const allowed = 'allowed'
const refused = 'refused'
const planted: readonly [file: string, imports: string, verdict: typeof allowed | typeof refused][] = [
  ['packages/gateway/src/a.ts', '@trivet/http1', refused],
  ['packages/gateway/src/b.ts', '@trivet/testing', refused],
  ['packages/gateway/src/b.test.ts', '@trivet/testing', allowed],
  ['packages/prefork/src/master/a.ts', '@trivet/gateway/server', refused],
  ['packages/http1/src/codec/a.ts', '@trivet/gateway', refused],
  ['packages/http1/src/codec/b.ts', '../gateway/server.ts', refused],
  ['packages/http1/src/index.ts', './gateway.ts', refused],
  ['packages/http1/src/gateway/a.ts', '@trivet/gateway/server', allowed],
  ['packages/http1/src/gateway/b.ts', '@trivet/uwsgi', refused],
  ['packages/middleware/src/a.ts', '@trivet/gateway/server', allowed],
  ['packages/middleware/src/b.ts', '@trivet/http1', refused],
  ['packages/middleware/src/b.test.ts', '@trivet/testing', allowed],
  ['packages/uwsgi/src/packet.ts', '@trivet/http1', refused],
  ['packages/uwsgi/src/index.ts', './client.ts', refused],
  ['packages/uwsgi/src/client.ts', '@trivet/http1/client', allowed],
  ['packages/uwsgi/src/front/a.ts', '@trivet/gateway/server', allowed],
  ['packages/uwsgi/src/front/b.ts', '@trivet/prefork', refused],
  ['packages/container/src/a.ts', '@trivet/prefork', allowed],
  ['packages/container/src/serving/a.ts', '@trivet/middleware', allowed],
  ['packages/container/src/b.ts', '@trivet/proxy', refused],
  ['packages/container/src/c.ts', '../../proxy/src/index.ts', refused],
  ['packages/container/src/c.test.ts', '@trivet/proxy', refused],
  ['packages/container/test/d.ts', '@trivet/testing', allowed],
  ['packages/proxy/src/a.ts', '@trivet/uwsgi/client', allowed],
  ['packages/proxy/src/b.ts', '@trivet/container', refused],
  ['packages/proxy/src/c.ts', 'trivet', refused],
  ['packages/trivet/src/a.ts', '@trivet/container', allowed],
  ['packages/trivet/src/b.ts', '@trivet/proxy', allowed],
  ['packages/trivet/src/c.ts', '@trivet/testing', refused],
  ['packages/testing/src/a.ts', '@trivet/http1', refused],
]

test('the lint rule fires on planted violations, and on nothing else', async () => {
  await using folder = await temporaryFolder()
  await copyFile(join(root, '.oxlintrc.json'), folder.join('.oxlintrc.json'))
  for (const [file, imports] of planted) await folder.write(file, `export { something } from '${imports}'\n`)
  const { output, code } = await runToEnd(oxlint, ['--format=json', '--no-ignore', '.'], { cwd: folder.path })
  const report: unknown = JSON.parse(output)
  const fired = new Set(
    diagnosticsOf(report).flatMap((one) => (one.code.includes('no-restricted-imports') ? [one.filename] : [])),
  )
  const verdicts = planted.map(([file, imports]) => [file, imports, fired.has(file) ? refused : allowed])
  expect(verdicts).toEqual(planted)
  expect(code).not.toBe(0)
})

const arrows: Readonly<Record<string, readonly string[]>> = {
  gateway: [],
  prefork: [],
  testing: [],
  http1: ['gateway'],
  middleware: ['gateway'],
  uwsgi: ['gateway', 'http1'],
  container: ['gateway', 'http1', 'middleware', 'prefork', 'uwsgi'],
  proxy: ['http1', 'prefork', 'uwsgi'],
  trivet: ['container', 'guestbook', 'prefork', 'proxy'],
}

test('every package has its arrows', async () => {
  expect((await readdir(join(root, 'packages'))).toSorted()).toEqual(Object.keys(arrows).toSorted())
})

test.each(Object.entries(arrows))('%s depends on no other workspace package', async (name, targets) => {
  const { dependencies, devDependencies } = await readManifest(join('packages', name))
  const workspace = (list: Manifest['dependencies'] = {}): string[] =>
    Object.keys(list).filter((one) => /^@trivet\/|^trivet$/.test(one))
  expect(targets.map((target) => `@trivet/${target}`)).toEqual(expect.arrayContaining(workspace(dependencies)))
  const forTests = workspace(devDependencies).filter((one) => !targets.includes(one.replace('@trivet/', '')))
  expect(['@trivet/testing']).toEqual(expect.arrayContaining(forTests))
})

test.each(['gateway', 'http1', 'uwsgi', 'prefork'])("%s's main entry reaches no workspace package", async (name) => {
  const reached = await reachableFrom(join(root, 'packages', name, 'src/index.ts'))
  expect(reached.files.length).toBeGreaterThan(0)
  expect(reached.packages.filter((one) => one.startsWith('@trivet/') || one === 'trivet')).toEqual([])
})

interface Diagnostic {
  readonly code: string
  readonly filename: string
}

function diagnosticsOf(report: unknown): readonly Diagnostic[] {
  return (report as { diagnostics: Diagnostic[] }).diagnostics
}

/** All files that `entry` imports, through others too, and the packages these name. */
async function reachableFrom(entry: string): Promise<{ files: string[]; packages: string[] }> {
  const files = new Set<string>([entry])
  const packages = new Set<string>()
  for (const file of files) {
    const text = await readFile(file, 'utf8')
    for (const [, specifier = ''] of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)) {
      if (!specifier.startsWith('.')) packages.add(specifier)
      else if (existsSync(resolve(dirname(file), specifier))) files.add(resolve(dirname(file), specifier))
    }
  }
  return { files: [...files], packages: [...packages] }
}
