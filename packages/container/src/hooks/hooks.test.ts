import { statSync } from 'node:fs'
import { createServer } from 'node:net'
import { temporaryFolder, type Folder } from '@trivet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Hooks } from './hooks.ts'
import { hookPhases, type HookPhase } from './phases.ts'
import { readHook, type Hook, type HookSettings } from './settings.ts'

let folder: Folder
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(async () => await folder.remove())

const settings = (phases: Partial<Record<HookPhase, readonly string[]>>): HookSettings =>
  Object.fromEntries(
    hookPhases.map((phase): [HookPhase, readonly Hook[]] => [phase, (phases[phase] ?? []).map(readHook)]),
  ) as unknown as Record<HookPhase, readonly Hook[]>

function makeHooks(phases: Partial<Record<HookPhase, readonly string[]>>): { hooks: Hooks; lines: string[] } {
  const lines: string[] = []
  const hooks = new Hooks(settings(phases), {
    uid: undefined,
    gid: undefined,
    directory: folder.path,
    environment: { COLOUR: 'blue' },
    event: () => {},
    line: (text) => void lines.push(text),
  })
  return { hooks, lines }
}

test('files and folders', async () => {
  const { hooks } = makeHooks({
    asap: [
      'mkdir:sub/deep',
      'cd:sub/deep',
      'write:a one',
      'appendn:a  two',
      'append:a three',
      'writen:b x',
      'create:c',
      'touch:d',
      'chmod:b 600',
      'sticky:.',
      `chown:a ${process.getuid?.()} ${process.getgid?.()}`,
      'unlink:d',
      'wait_for_file:a',
      'wait_for_dir:.',
      'wait_for_fs:b',
    ],
  })
  await hooks.run('asap')
  expect(await folder.read('sub/deep/a')).toBe('one two\nthree')
  expect([await folder.read('sub/deep/b'), await folder.read('sub/deep/c')]).toEqual(['x\n', ''])
  expect(statSync(folder.join('sub/deep/b')).mode & 0o777).toBe(0o600)
  expect(statSync(folder.join('sub/deep')).mode & 0o1000).toBe(0o1000)
  expect(() => statSync(folder.join('sub/deep/d'))).toThrow('ENOENT')
})

test('commands see what putenv and chdir did, from phase to phase', async () => {
  const { hooks, lines } = makeHooks({
    'as-root': ['mkdir:place', 'chdir:place', 'putenv:SIZE=a=b'],
    'pre-app': ['exec:echo $COLOUR $SIZE $WORKER; pwd', 'print:done', 'safeexec:exit 4'],
  })
  await hooks.run('as-root')
  await hooks.run('pre-app', { WORKER: '3' })
  expect(lines).toEqual(['blue a=b 3', folder.join('place'), 'done', 'command "exit 4" ended with code 4'])
  expect(hooks.added).toEqual({ SIZE: 'a=b' })
})

test('a socket is waited for', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(folder.join('s.sock'), resolve))
  const { hooks } = makeHooks({ asap: ['wait_for_socket:s.sock'] })
  await hooks.run('asap')
  server.close()
})

test.each(['exec:exit 3', 'unlink:missing', 'cd:missing', 'chmod:missing 600'])('%s fails by name', async (hook) => {
  const { hooks, lines } = makeHooks({ asap: [hook, 'print:never'] })
  await expect(hooks.run('asap')).rejects.toThrow(`\`hook-asap\`: ${hook} failed: `)
  expect(lines).toEqual([])
})

test.each([
  ['exce:x', 'there is no action `exce`, did you mean `exec`?'],
  ['mount:proc', 'the action `mount` is not available: mount what the service needs before it starts'],
  ['chmod:x', '`chmod` takes PATH MODE, got `x`'],
  ['exec', '`exec` takes a command, got ``'],
  ['toString:x', 'there is no action `toString`'],
])('%s is refused', (text, message) => {
  expect(() => readHook(text)).toThrow(message)
})
