import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { formatDiagnostic } from './diagnostic.ts'
import { loadConfig } from './load.ts'
import type { LoadedConfig } from './load.ts'

async function load(
  files: Readonly<Record<string, string>>,
  globals?: string,
): Promise<LoadedConfig & { folder: string }> {
  await using folder = await temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder.path, name, '..'), { recursive: true })
    writeFileSync(join(folder.path, name), text)
  }
  const loaded = loadConfig('main.conf', { prefix: folder.path, ...(globals !== undefined && { globals }) })
  return { ...loaded, folder: folder.path }
}

function names(loaded: LoadedConfig): string[] {
  return loaded.statements.map(({ name }) => name)
}

test('replaces an include by what it names, sorted by bytes, hidden files left out', async () => {
  const loaded = await load({
    'main.conf': 'a; include d/*.conf; z;',
    'd/2.conf': 'two;',
    'd/10.conf': 'ten;',
    'd/B.conf': 'upper;',
    'd/a.conf': 'lower;',
    'd/.hidden.conf': 'hidden;',
    'd/x.txt': 'other;',
  })
  expect(names(loaded)).toEqual(['a', 'ten', 'two', 'upper', 'lower', 'z'])
  expect(loaded.diagnostics).toEqual([])
})

test.each([
  ['d/[ab]?.conf', ['a1', 'b1']],
  ['d/[!a]1.conf', ['b1', 'c1']],
  ['*/c[1-9].conf', ['c1']],
  ['d/[z-a].conf', []],
  ['none/*.conf', []],
])('include %s', async (pattern, expected) => {
  const files = { 'd/a1.conf': 'a1;', 'd/b1.conf': 'b1;', 'd/c1.conf': 'c1;' }
  const loaded = await load({ 'main.conf': `include ${pattern};`, ...files })
  expect(names(loaded)).toEqual(expected)
  expect(loaded.diagnostics).toEqual([])
})

test('includes stand relative to the main file, also in included files and in blocks', async () => {
  const loaded = await load({
    'main.conf': 'http { include d/one.conf; }',
    'd/one.conf': 'server { include d/two.conf; }',
    'd/two.conf': 'deep;',
  })
  expect(loaded.statements[0]?.block?.[0]?.block?.[0]?.name).toBe('deep')
})

test('says which file is missing, and by which include', async () => {
  const loaded = await load({ 'main.conf': '\n  include one.conf;', 'one.conf': 'include gone.conf;' })
  const [only] = loaded.diagnostics
  expect(only && formatDiagnostic(only, loaded)).toBe(
    `nginx: [emerg] open() "${loaded.folder}/gone.conf" failed (2: No such file or directory) in ${loaded.folder}/one.conf:1
    included from ${loaded.folder}/main.conf:2
    ${loaded.folder}/one.conf:1:9
    | include gone.conf;
    |         ^`,
  )
})

test('reports the syntax errors of all files', async () => {
  const loaded = await load({ 'main.conf': 'include one.conf; include two.conf; }', 'one.conf': ';', 'two.conf': '"a' })
  expect(loaded.diagnostics.map(({ message }) => message)).toEqual([
    'unexpected "}"',
    'unexpected ";"',
    'unexpected end of file, expecting ";" or "}"',
  ])
})

test('refuses a file that includes itself', async () => {
  const loaded = await load({ 'main.conf': 'include one.conf;', 'one.conf': 'include main.conf;' })
  expect(loaded.diagnostics.map(({ message }) => message)).toEqual([`"${loaded.folder}/main.conf" includes itself`])
})

test('a missing main file is one error without a place', async () => {
  const loaded = await load({})
  expect(loaded.diagnostics).toMatchObject([
    { message: expect.stringContaining('main.conf" failed (2: No such'), place: undefined },
  ])
})

test('-g comes first and has no line', async () => {
  const loaded = await load({ 'main.conf': 'b;' }, 'a; c')
  expect(names(loaded)).toEqual(['a', 'b'])
  const [only] = loaded.diagnostics
  expect(only && formatDiagnostic(only, loaded)).toMatch(/^nginx: \[emerg\] .* expecting ";" in command line\n/)
})

test('keeps each text once, in the order of reading', async () => {
  const loaded = await load({ 'main.conf': 'include a.conf; include a.conf;', 'a.conf': 'x;' })
  expect([...loaded.sources.keys()]).toEqual([`${loaded.folder}/main.conf`, `${loaded.folder}/a.conf`])
  expect(names(loaded)).toEqual(['x', 'x'])
})

test('a parameter file that is not beside the configuration comes from the package', () => {
  const { statements, diagnostics } = loadConfig('/nowhere/nginx.conf', {
    text: 'include uwsgi_params; include mime.types;',
  })
  expect(diagnostics).toEqual([])
  expect(statements.map((statement) => statement.name)).toContain('uwsgi_param')
  expect(statements.at(-1)?.name).toBe('types')
})

test('a name that the package does not have is an error, and so is a path', () => {
  for (const name of ['my_params', 'nginx.conf', '../conf/uwsgi_params']) {
    expect(loadConfig('/nowhere/nginx.conf', { text: `include ${name};` }).diagnostics).toHaveLength(1)
  }
})
