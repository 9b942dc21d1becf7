import { expect, test } from 'vitest'
import { readFlag, readMode, readNumber } from '../config/convert.ts'
import { helpText } from './help.ts'
import { nearest, suggestOption } from './lookup.ts'
import { inertOptions, options } from './table.ts'

test('no name stands for two options', () => {
  const names = [
    ...options.flatMap(({ name, aliases = [] }) => [name, ...aliases]),
    ...inertOptions.map(({ name }) => name),
  ]
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

test('every default and bare value can be read', () => {
  for (const option of options) {
    for (const text of [option.default, option.bare].filter((value) => value !== undefined)) {
      if (option.kind === 'number') expect(readNumber(text, option.range ?? [0, Infinity])).toBe(Number(text))
      else if (option.kind === 'flag') expect(readFlag(text)).toBe(true)
      else if (option.kind === 'mode') expect(readMode(text)).toBe(0o666)
      else if (option.kind === 'text') expect(text).not.toBe('')
      else expect(option.choices).toContain(text)
    }
  }
})

test('help names every option with an effect, and all of them if asked', () => {
  const plain = helpText('')
  const words = plain.replaceAll(/\s+/g, ' ')
  for (const { name, help } of options) {
    expect(plain).toContain(`--${name}`)
    expect(words).toContain(help)
  }
  expect(plain).not.toContain('--emperor')
  const all = helpText('all')
  for (const { name } of inertOptions) expect(all).toContain(`--${name}`)
  for (const line of plain.split('\n').filter((text) => !text.includes('--'))) expect(line.length).toBeLessThan(121)
})

test('help explains one option', () => {
  expect(helpText('processes')).toBe(
    '--processes, --workers, -p NUMBER\n    number of worker processes\n    default: 1\n    from 1 to 1024\n',
  )
  expect(helpText('-p')).toBe(helpText('--processes'))
  expect(helpText('emperor')).toBe('--emperor is not available here: start one container per configuration\n')
  expect(helpText('vaccum')).toBe('there is no option `vaccum`, did you mean `vacuum`?\n')
})

test.each([
  ['vaccum', 'vacuum'],
  ['harakari', 'harakiri'],
  ['process', 'processes'],
  ['maximum-requests', 'max-requests'],
  ['http_socket', 'http-socket'],
  ['modul', 'module'],
  ['zzzz', undefined],
  ['endfro', 'endfor'],
])('%s probably means %s', (typo, meant) => {
  expect(suggestOption(typo)).toBe(meant)
})

test('the nearest of several', () => {
  expect(nearest('aplication', ['app', 'application', 'applications'])).toBe('application')
  expect(nearest('x', ['abc'])).toBeUndefined()
})
