import { eventually, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { fixtures, spawnContainer } from './container-process.ts'

const colour = async (url: string): Promise<unknown> => {
  const answer: unknown = await (await fetch(`${url}/environ`, { headers: { connection: 'close' } })).json()
  return typeof answer === 'object' && answer !== null && 'colour' in answer ? answer.colour : undefined
}

test('a typed configuration starts, and is read anew by a reload', async () => {
  await using folder = await temporaryFolder()
  const config = (value: string): string =>
    `export default { module: 'app.ts', chdir: ${JSON.stringify(fixtures)}, httpSocket: '127.0.0.1:0', env: { COLOUR: '${value}' } }\n`
  const path = await folder.write('container.config.mjs', config('blue'))
  await using child = await spawnContainer([path])
  const url = `http://127.0.0.1:${/127\.0\.0\.1:(\d+)/.exec(await child.until(/serving http on .*\n/))?.[1] ?? ''}`
  expect(await colour(url)).toBe('blue')
  await folder.write('container.config.mjs', config('green'))
  child.signal('SIGHUP')
  await child.until(/reloaded\n/)
  await eventually(async () => expect(await colour(url)).toBe('green'))
})

async function check(...args: string[]): Promise<{ code: number | null; output: string }> {
  await using child = await spawnContainer(['--check', ...args])
  const { code } = await child.untilExit()
  return { code, output: child.output }
}

test('defineConfig types it', async () => {
  expect(await check('container.config.ts')).toEqual({
    code: 0,
    output: 'the configuration is good; the application loads: app.ts:application (tsgi)\n',
  })
})

test('mistakes in it have their places', async () => {
  await using folder = await temporaryFolder()
  const text =
    "const port = 8080\nexport default {\n  module: 'app.ts',\n  processes: 'four',\n  'httpSocket': `${port}`,\n  vaccum: true,\n}\n"
  const path = await folder.write('x.config.ts', text)
  const { code, output } = await check(path, '--strict')
  expect(output.replaceAll(folder.path, 'DIR'))
    .toBe(`DIR/x.config.ts:4:15: error: \`processes\`: expected a whole number, got \`four\`
 4 |   processes: 'four',
   |               ^^^^
DIR/x.config.ts:5:4: error: \`http-socket\`: expected HOST:PORT or the path of a socket, got \`8080\`; for a port write \`:8080\`
 5 |   'httpSocket': \`\${port}\`,
   |    ^^^^^^^^^^
DIR/x.config.ts:6:3: error: unknown option \`vaccum\`, did you mean \`vacuum\`?
 6 |   vaccum: true,
   |   ^^^^^^
`)
  expect(code).toBe(1)
})

test.each([
  ['export default 4\n', 'it has no default export that is an object of options'],
  ['export const x = 1\n', 'it has no default export that is an object of options'],
  ["throw new Error('no disk')\n", 'no disk'],
  ["import './gone.mjs'\n", 'Cannot find module'],
])('%j is no configuration', async (text, message) => {
  await using folder = await temporaryFolder()
  const path = await folder.write('x.config.mjs', text)
  const { code, output } = await check(path)
  expect(output).toContain(`cannot read ${path}: `)
  expect(output).toContain(message)
  expect(code).toBe(1)
})
