import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Child, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { get } from './harness.ts'

test("the README's example serves, reloads on SIGHUP and stops on SIGTERM", async () => {
  // Inside the package, so that it finds itself by name.
  const folder = await mkdtemp(join(import.meta.dirname, 'readme-'))
  try {
    const readme = await readFile(join(import.meta.dirname, '..', 'README.md'), 'utf8')
    const blocks = [...readme.matchAll(/```ts file=(\S+)\n([\s\S]*?)```/g)]
    expect(blocks.map(([, name]) => name)).toEqual(['worker.ts', 'master.ts'])
    for (const [, name = '', code = ''] of blocks) await writeFile(join(folder, name), code)
    const program = join(folder, 'master.ts')
    await using temporary = await temporaryFolder()
    await using child = await Child.start(process.execPath, ['--conditions=@trivet/source', program], {
      env: { PORT: '0', TMPDIR: temporary.path },
    })
    const output = await child.until(/listening on .*\n/)
    const address = { host: '127.0.0.1', port: Number(/:(\d+)\n/.exec(output)?.[1]) }
    expect(await get(address)).toMatch(/^hello from \d+\n$/)
    child.signal('SIGHUP')
    await child.until('reloaded')
    expect(await get(address)).toMatch(/^hello from \d+\n$/)
    expect(await temporary.list()).toHaveLength(1)
    const exit = await child.stop('SIGTERM', { sockets: [address], files: [join(folder, 'master.pid')] })
    expect(exit).toEqual({ code: 0, signal: null })
    expect(await temporary.list()).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
  }
})
