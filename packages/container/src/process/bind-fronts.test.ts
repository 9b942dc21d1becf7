import { statSync } from 'node:fs'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { readCommandLine } from '../config/read.ts'
import { bindFronts } from './bind-fronts.ts'

test.runIf(process.getuid?.() === 0).each([
  [['--uid', '65001', '--gid', '65002'], 65001, 65002],
  [['--uid', '65001', '--gid', '65002', '--chown-socket', '65003:65004'], 65003, 65004],
  [['--gid', '65002'], 0, 65002],
])('a unix socket is owned by chown-socket, or by the workers: %j', async (argv, uid, gid) => {
  await using folder = await temporaryFolder()
  const path = folder.join('app.sock')
  const { config } = readCommandLine(['--module', 'app.ts', '--socket', path, ...argv], {
    cwd: folder.path,
    environment: {},
  })
  if (config === undefined) throw new Error('the configuration is wrong')
  const [listener] = await bindFronts(config)
  const found = statSync(path)
  listener?.close()
  expect([found.uid, found.gid]).toEqual([uid, gid])
})
