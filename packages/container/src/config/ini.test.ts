import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseIni } from './ini.ts'

const plain = (text: string): Record<string, [string, string][]> =>
  Object.fromEntries(
    [...parseIni(text, 'a.ini').sections].map(([name, settings]) => [
      name,
      settings.map(({ name: key, value }) => [key, value]),
    ]),
  )

test('only a line that starts with ; or # is a comment', () => {
  expect(plain('[uwsgi]\n ; x\n#y\na = 1 ; not a comment # nor this\n')).toEqual({
    uwsgi: [['a', '1 ; not a comment # nor this']],
  })
})

test('keys, bare flags, several equals signs and blanks', () => {
  const text = '[uwsgi]\r\n  master\r\n  env\t= A=b=c  \r\nempty =\n=lost\n'
  expect(plain(text)).toEqual({
    uwsgi: [
      ['master', ''],
      ['env', 'A=b=c'],
      ['empty', ''],
    ],
  })
  expect(parseIni(text, 'a.ini').diagnostics.map(({ message, place }) => [message, place?.line])).toEqual([
    ['a value without a name', 5],
  ])
})

test('a section may come in pieces, and lines before the first are reported once', () => {
  const ini = parseIni('x=1\ny=2\n[a]\nb=1\n[c]\n[a]\nd=2', 'a.ini')
  expect(ini.sections.get('a')?.map(({ name }) => name)).toEqual(['b', 'd'])
  expect(ini.diagnostics).toHaveLength(1)
  expect(ini.diagnostics[0]?.message).toContain('`[uwsgi]`')
})

test('places point at the name and at the value', () => {
  const setting = parseIni('[uwsgi]\n  processes =  four', 'dir/a.ini').sections.get('uwsgi')?.[0]
  expect(setting?.place).toEqual({ source: 'dir/a.ini', line: 2, column: 3, length: 9, text: '  processes =  four' })
  expect(setting?.valuePlace).toMatchObject({ column: 16, length: 4 })
})

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/)
const value = fc.string({ unit: 'grapheme-ascii', maxLength: 20 }).map((text) => text.trim())

test('what is written as `name = value` is read back', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(word, value)), (pairs) => {
      const text = `[uwsgi]\n${pairs.map(([name, text]) => `${name} = ${text}`).join('\n')}`
      expect(plain(text)).toEqual({ uwsgi: pairs })
    }),
  )
})

test('no text makes it throw, and every place lies inside its line', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('[', ']', '=', ';', '#', '\n', '\r', ' ', '\t', 'a', '%', '\0', 'é') }),
      (text) => {
        const { sections, diagnostics } = parseIni(text, 'x')
        const places = [...sections.values()].flat().flatMap(({ place, valuePlace }) => [place, valuePlace])
        for (const place of [...places, ...diagnostics.flatMap(({ place }) => place ?? [])]) {
          expect(place.column + place.length - 1).toBeLessThanOrEqual(place.text.length)
        }
      },
    ),
  )
})
