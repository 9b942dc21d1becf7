import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseIni } from '../config/ini.ts'
import { readCommandLine } from '../config/read.ts'
import { showConfig } from './show-config.ts'

test('settings are printed with their references resolved, and other files named', () => {
  const argv = ['--show-config', '--set-ph', 'n=3', '--processes', '%(n)', '--ini', 'gone.ini', '-M']
  const { settings, request } = readCommandLine(argv, { cwd: '/srv', environment: {} })
  expect(request.showConfig).toBe(true)
  expect(showConfig(settings)).toBe(
    ';container configuration\n[uwsgi]\nshow-config\nset-placeholder = n=3\nprocesses = 3\n;ini = gone.ini\nmaster\n;end of configuration\n',
  )
})

test('what is printed is read again as the same', () => {
  const name = fc.constantFrom('processes', 'env', 'x', 'master')
  const value = fc
    .string({ unit: fc.constantFrom('a', '=', ';', '#', '[', ' ', 'é'), maxLength: 8 })
    .map((text) => text.trim())
  const place = { source: 'x', line: 1, column: 1, length: 1, text: 'x' }
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
      const printed = showConfig(pairs.map(([name, value]) => ({ name, value, place, valuePlace: place })))
      const read = parseIni(printed, 'a.ini').sections.get('uwsgi') ?? []
      expect(read.map((setting) => [setting.name, setting.value])).toEqual(pairs)
    }),
  )
})
