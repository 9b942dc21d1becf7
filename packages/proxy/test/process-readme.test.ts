import { readFileSync, writeFileSync } from 'node:fs'
import { Child, eventually, freePort, groupMembers, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'

test("the README's example runs", async () => {
  await using folder = await temporaryFolder()
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const port = await freePort()
  const entry = new URL('../src/index.ts', import.meta.url).href
  const example = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? ''
  const program = example.replace("'@trivet/proxy'", `'${entry}'`).replace('8080', String(port))
  const file = `${folder.path}/example.mts`
  writeFileSync(
    file,
    program.replace('await proxy.reload()', `console.log(await (await fetch('http://127.0.0.1:${port}/')).text())\n$&`),
  )
  const child = await Child.start(process.execPath, ['--conditions=@trivet/source', file], { cwd: folder.path })
  expect(await child.exited).toEqual({ code: 0, signal: null })
  expect(child.output).toContain(`{ host: '127.0.0.1', port: ${port} }`)
  expect(child.output).toContain('hello')
  await eventually(() => groupMembers(child.pid).length === 0)
})
