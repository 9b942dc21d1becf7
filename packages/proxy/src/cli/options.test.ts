import { expect, test } from 'vitest'
import { parseCommandLine } from './options.ts'

test('reads options joined, attached and apart', () => {
  expect(parseCommandLine(['-tq', '-p/prefix', '-c', 'x.conf', '-gdaemon off;'])).toMatchObject({
    test: true,
    quiet: true,
    dump: false,
    prefix: '/prefix',
    file: 'x.conf',
    globals: 'daemon off;',
  })
  expect(parseCommandLine(['-T', '-e', 'stderr', '-s', 'quit'])).toMatchObject({
    test: true,
    dump: true,
    signal: 'quit',
  })
  for (const word of ['-?', '-h', '--help']) {
    expect(parseCommandLine([word])).toMatchObject({ help: true, version: true })
  }
  expect(parseCommandLine(['--version'])).toMatchObject({ help: false, version: true })
})

test.each([
  [['x'], 'invalid option: "x"'],
  [['-z'], 'invalid option: "z"'],
  [['-p'], 'option "-p" requires directory name'],
  [['-e'], 'option "-e" requires file name'],
  [['-c'], 'option "-c" requires file name'],
  [['-g'], 'option "-g" requires parameter'],
  [['-s'], 'option "-s" requires parameter'],
  [['-s', 'dance'], 'invalid option: "-s dance"'],
])('refuses %j', (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(message)
})
