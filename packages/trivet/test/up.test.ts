import { fileURLToPath } from 'node:url'
import { Child, freePort, runToEnd, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'

const bin = fileURLToPath(new URL('../bin/trivet.js', import.meta.url))

test('Ctrl-C while the application still loads ends the start, quietly and with code 0', async () => {
  await using folder = await temporaryFolder()
  await folder.write('app.mjs', "console.log('loading')\nawait new Promise((resolve) => setTimeout(resolve, 60_000))\n")
  await using child = await Child.start(process.execPath, [bin, 'up', 'app.mjs', '-p', String(await freePort())], {
    cwd: folder.path,
    env: { TMPDIR: folder.path },
  })
  await child.until('loading')
  expect(await child.stop('SIGINT')).toEqual({ code: 0, signal: null })
  expect(child.output).toContain('SIGINT received, stopping')
  expect(child.output).not.toContain('is at http')
  expect(await folder.list()).toEqual(['app.mjs'])
})

test('an application that throws is told once, without the frames of Node', async () => {
  await using folder = await temporaryFolder()
  await folder.write('app.ts', 'throw new Error("no database")')
  const end = await runToEnd(process.execPath, [bin, 'up', 'app.ts'], { cwd: folder.path })
  expect(end.output).toMatch(
    /^trivet: the application does not load: Error: no database\n {4}at [^\n]*app\.ts:1:7\)?\n$/,
  )
  expect(end.code).toBe(1)
})

test.each([
  [['sit.conf', 'app.ts'], 2, 'there is no `sit.conf` in FOLDER; it has site.conf\n'],
  [['no/site.conf', 'app.ts'], 2, 'there is no FOLDER/no/site.conf: there is no folder FOLDER/no\n'],
  [['site.conf', 'app.ts'], 2, 'site.conf has no `uwsgi_pass`'],
  [['ap.ts'], 1, 'trivet: the application does not load: there is no `ap.ts` in FOLDER, did you mean `app.ts`?\n'],
  [['ap.ini'], 1, 'did you mean `app.ini`?'],
])('up %j says what is wrong and what is near', async (args, code, message) => {
  await using folder = await temporaryFolder()
  await folder.write('site.conf', 'events {} http { server { listen 127.0.0.1:0; } }')
  await folder.write('app.ts', 'export const app = () => new Response()')
  await folder.write('app.ini', '[uwsgi]')
  const end = await runToEnd(process.execPath, [bin, 'up', ...args], { cwd: folder.path })
  expect(end.output).toContain(message.replaceAll('FOLDER', folder.path))
  expect(end.code).toBe(code)
})
