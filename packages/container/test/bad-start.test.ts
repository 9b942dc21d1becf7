import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Child, freePort, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { command, fixtures, spawnContainer } from './container-process.ts'

/** Somebody who mistyped is told within a second, or where the machine is busy in three times what the version takes. */
async function limit(): Promise<number> {
  const began = performance.now()
  await fail('--version')
  return Math.max(1000, 3 * (performance.now() - began))
}

interface Failure {
  readonly code: number | null
  readonly output: string
}

async function fail(...args: string[]): Promise<Failure> {
  await using child = await Child.start(process.execPath, [command, ...args], { cwd: fixtures })
  const { code } = await child.untilExit()
  return { code, output: child.output }
}

/** The same in time, by one of three tries: another program on this machine may hold one up. */
async function failInTime(...args: string[]): Promise<Failure> {
  let failure: Failure
  let took = 0
  let most = 0
  let tries = 0
  do {
    const began = performance.now()
    failure = await fail(...args)
    took = performance.now() - began
    most = took < 1000 ? 1000 : await limit()
    tries += 1
  } while (took >= most && tries < 3)
  expect(took).toBeLessThan(most)
  return failure
}

const http = ['--http-socket', '127.0.0.1:0']

test.each<[string, string[], number, string]>([
  ['an unknown option', ['--modul', 'app.ts', ...http], 1, 'unknown option `--modul`, did you mean `--module`?'],
  ['no application', http, 1, 'no application: give `module`'],
  ['nothing to serve on', ['app.ts'], 1, 'nothing to serve on: give `socket`'],
  ['a missing module', ['--module', 'ap.ts', ...http], 1, '`module`: there is no `ap.ts` in'],
  [
    'a missing export',
    ['--module', 'app.ts:aplication', ...http],
    22,
    'app.ts has no export `aplication`; it exports `application`, did you mean `application`?',
  ],
  ['a missing ini', ['gone.ini'], 1, 'cannot read gone.ini'],
  [
    'a bad value',
    ['app.ts', ...http, '-p', 'x'],
    1,
    '`processes`: expected a whole number, got `x`\n  | app.ts --http-socket 127.0.0.1:0 -p x\n  |                                     ^',
  ],
  ['a socket in no folder', ['app.ts', '--socket', '/no/such/folder/x.sock'], 1, 'there is no folder /no/such/folder'],
  [
    'a log that cannot be written',
    ['app.ts', ...http, '--logto', '/no/such/folder/log'],
    1,
    'the log cannot be opened: ENOENT',
  ],
  [
    'a pid file that cannot be written',
    ['app.ts', ...http, '--pidfile', '/no/such/pid'],
    1,
    'error: `pidfile`: cannot write /no/such/pid: ENOENT',
  ],
  [
    'a mode after a blank',
    ['app.ts', ...http, '--chmod-socket', '999'],
    1,
    '`chmod-socket`: expected an octal mode such as 660, got `999`',
  ],
  ['a folder for a module', [fixtures, ...http], 1, 'fixtures is a folder without an index file'],
])('%s', async (_name, args, code, message) => {
  const failure = await failInTime(...args)
  expect(failure.output).toContain(message)
  expect(failure.output).not.toContain('    at ')
  expect(failure.code).toBe(code)
})

test('all problems of an ini at once, each with line, column and caret', async () => {
  await using folder = await temporaryFolder()
  const ini = await folder.write(
    'a.ini',
    '[uwsgi]\nmodule = gone\nprocesses = four\nhttp-socket = 8080\nvaccum = true\nstrict\nksm = 3\n',
  )
  const { code, output } = await fail(ini)
  expect(code).toBe(1)
  for (const line of [
    `${ini}:3:13: error: \`processes\`: expected a whole number, got \`four\`\n 3 | processes = four\n   |             ^^^^`,
    `${ini}:4:15: error: \`http-socket\`: expected HOST:PORT`,
    `${ini}:5:1: error: unknown option \`vaccum\`, did you mean \`vacuum\`?`,
    `${ini}:7:1: warning: \`ksm\` is not available here`,
    `${ini}:2:10: error: \`module\`: there is no \`gone\``,
  ]) {
    expect(output).toContain(line)
  }
})

test('an ini that cannot be read is told once, and a misspelt one is recognised', async () => {
  await using folder = await temporaryFolder()
  const ini = await folder.write('site.ini', '[uwsgi\nmodule = app')
  expect(await fail(ini)).toEqual({
    code: 1,
    output: `${ini}:1:1: error: section without its closing \`]\`\n 1 | [uwsgi\n   | ^^^^^^\n`,
  })
  expect((await fail(folder.join('sit.ini'))).output).toContain(`; did you mean \`${ini}\`?`)
})

test('two at the same port at once: one serves, the other names the port', async () => {
  const port = await freePort()
  const start = async (): Promise<Child> => await spawnContainer(['app.ts', '--http-socket', `127.0.0.1:${port}`])
  await using one = await start()
  await using other = await start()
  const loser = await Promise.race([one, other].map(async (child) => await child.exited.then(() => child)))
  expect(loser.exit).toEqual({ code: 1, signal: null })
  expect(loser.output).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}: another process uses it \\(EADDRINUSE\\)`))
  expect(loser.output.match(/EADDRINUSE/g)).toHaveLength(1)
  const winner = loser === one ? other : one
  await winner.until(`serving http on 127.0.0.1:${port}`)
  await winner.stop()
})

test('a port in use is named, and where it was asked for', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { code, output } = await failInTime('app.ts', '--http-socket', `127.0.0.1:${port}`)
  server.close()
  expect(output).toContain(
    `\`http-socket\`: cannot bind to 127.0.0.1:${port}: another process uses it (EADDRINUSE)\n  | app.ts --http-socket 127.0.0.1:${port}`,
  )
  expect(code).toBe(1)
})

test('an application that throws while it loads shows its own traceback and leaves nothing', async () => {
  await using folder = await temporaryFolder()
  await folder.write('app.mjs', 'import { open } from "./database.mjs"\nexport const app = open()\n')
  await folder.write('database.mjs', 'export function open() {\n  throw new TypeError("no database")\n}\n')
  const { code, output } = await fail(
    '--chdir',
    folder.path,
    '--module',
    'app',
    '--socket',
    'app.sock',
    '--vacuum',
    '--pidfile',
    folder.join('pid'),
    '-p',
    '3',
  )
  expect(code).toBe(22)
  expect(output).toContain(
    'error: the application does not load, no worker can serve:\nTypeError: no database\n    at open (file://',
  )
  expect(output).toContain('database.mjs:2:9)')
  expect(output.match(/no database/g)).toHaveLength(1)
  expect(await folder.list()).toEqual(['app.mjs', 'database.mjs'])
})

test('check loads the application and serves nothing', async () => {
  expect(await fail('--check', 'app.ts', ...http)).toMatchObject({
    code: 0,
    output: 'the configuration is good; the application loads: app.ts:application (tsgi)\n',
  })
  const failure = await fail('--check', 'app.ts:nothing', ...http)
  expect(failure).toMatchObject({
    code: 22,
    output: expect.stringContaining('the application does not load: app.ts has no export `nothing`') as string,
  })
})

test('version and help', async () => {
  expect(await fail('--version')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^trivet-container \d+\.\d+\.\d+\n$/) as string,
  })
  expect(await fail('--help')).toMatchObject({
    code: 0,
    output: expect.stringContaining('--touch-reload PATH') as string,
  })
  expect(await fail('--help', 'vacum')).toMatchObject({
    code: 0,
    output: 'there is no option `vacum`, did you mean `vacuum`?\n',
  })
  expect((await fail('-h', '-M')).output).toContain('--master, -M')
})
