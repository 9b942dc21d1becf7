import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { freePort, runToEnd, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'

const application = `export const application = (environ, startResponse) => {
  startResponse('200 OK', [['Content-Type', 'text/plain']])
  return [Buffer.from('hello ' + environ.PATH_INFO)]
}`

test('the example of the README runs', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url))
  const text = example.replace("'trivet'", JSON.stringify(entry)).replaceAll('8080', String(await freePort()))
  await using folder = await temporaryFolder()
  await folder.write('app.ts', application)
  const file = await folder.write('example.mts', text)
  const { code, output } = await runToEnd(process.execPath, ['--conditions=@trivet/source', file], { cwd: folder.path })
  expect(output).toBe('200 hello /readme\n')
  expect(code).toBe(0)
}, 20_000)
