/** Documents are for strangers: no path of anybody's machine, no link to a file that is not there. */
import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './workspace.ts'

const skipped = new Set(['node_modules', 'dist', '.git', '.turbo', 'coverage'])

async function* filesIn(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !skipped.has(entry.name)) yield* filesIn(path)
    else if (entry.isFile() && /\.(md|ts|js|json|ya?ml|conf|template|ini|css|svg|py)$|\/\.ci\/run$/.test(path))
      yield path
  }
}

const files: string[] = []
for await (const file of filesIn(root)) files.push(file)
const documents = files.filter((file) => file.endsWith('.md'))

/** Home folders and checkouts; written in pieces so that this file passes its own test. */
const machinePaths = new RegExp(['/(?:wor', 'k|roo', 't|home/[a-z]+|Users/[A-Za-z]+)/', '|C:\\\\Use', 'rs'].join(''))

test('no file names a path of anybody’s machine', async () => {
  expect(documents.length).toBeGreaterThan(5)
  const found: string[] = []
  for (const file of files) {
    const lines = (await readFile(file, 'utf8')).split('\n')
    for (const [i, line] of lines.entries()) {
      if (machinePaths.test(line)) found.push(`${relative(root, file)}:${i + 1}: ${line.trim()}`)
    }
  }
  expect(found).toEqual([])
})

test('every relative link leads to a file', async () => {
  const broken: string[] = []
  for (const file of documents) {
    const text = (await readFile(file, 'utf8')).replaceAll(/```[^]*?```/g, '').replaceAll(/`[^`\n]*`/g, '')
    for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:|^#/.test(link)) continue
      const target = resolve(dirname(file), link.replace(/#.*/, ''))
      if (!existsSync(target)) broken.push(`${relative(root, file)}: ${link}`)
    }
  }
  expect(broken).toEqual([])
})
