import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ConfigFile } from './config-file.ts'
import { parseJson, parseYaml } from './yaml.ts'

const plain = ({ sections }: ConfigFile, section = 'uwsgi'): [string, string][] | undefined =>
  sections.get(section)?.map(({ name, value }) => [name, value])

const problems = ({ diagnostics }: ConfigFile): string[] =>
  diagnostics.map(({ message, place }) => `${place?.line ?? 0}:${place?.column ?? 0} ${message}`)

const four: [string, string][] = [
  ['http-socket', ':8080'],
  ['env', 'A=1'],
  ['env', 'B=x y'],
  ['chmod-socket', '0660'],
]

test('a map', () => {
  const text = 'uwsgi:\n  http-socket: :8080\n  env: A=1\n  env: "B=x y"\n  chmod-socket: 0660\n'
  expect(plain(parseYaml(text, 'a.yaml'))).toEqual(four)
})

test('a list of maps, lists of values and pairs', () => {
  const text = 'uwsgi:\n  - http-socket: :8080\n  - env: [A=1, B=x y]\n  - chmod-socket: 0660\n'
  expect(plain(parseYaml(text, 'a.yaml'))).toEqual(four)
  const pairs = 'uwsgi:\n  http-socket: :8080\n  env:\n    A: 1\n    B: x y\n  chmod-socket: 0660\n'
  expect(plain(parseYaml(pairs, 'a.yaml'))).toEqual(four)
})

test('flags, empty values, anchors and merges', () => {
  const text =
    'defaults: &defaults\n  master:\n  processes: &n 2\nuwsgi:\n  - vacuum\n  - <<: *defaults\n    threads: *n\n    strict: ~\n'
  expect(plain(parseYaml(text, 'a.yaml'))).toEqual([
    ['vacuum', ''],
    ['master', ''],
    ['processes', '2'],
    ['threads', '2'],
    ['strict', '~'],
  ])
})

test('JSON is read as it is written, strictly', () => {
  const text =
    '{\n\t"uwsgi": {"http-socket": ":8080", "env": ["A=1", "B=x y"], "chmod-socket": "0660"},\n\t"x": {"a": 1e3}\n}'
  expect(plain(parseJson(text, 'a.json'))).toEqual(four)
  expect(plain(parseJson(text, 'a.json'), 'x')).toEqual([['a', '1e3']])
  expect(plain(parseJson('{"uwsgi": {"master": true, "vacuum": false, "x": null}}', 'a.json'))).toEqual([
    ['master', 'true'],
    ['vacuum', 'false'],
    ['x', 'false'],
  ])
  expect(problems(parseJson('{\n "uwsgi": {"a": 1,}\n}', 'a.json'))).toEqual([
    '2:19 not JSON: Expected double-quoted property name',
  ])
  expect(problems(parseJson('{"uwsgi"', 'a.json'))).toEqual(["1:9 not JSON: Expected ':' after property name"])
  expect(problems(parseJson('', 'a.json'))).toEqual(['1:1 not JSON: Unexpected end of JSON input'])
})

test('places point at names and values', () => {
  const setting = parseYaml('# x\nuwsgi:\n    processes:  four\n', 'dir/a.yaml').sections.get('uwsgi')?.[0]
  expect(setting?.place).toEqual({ source: 'dir/a.yaml', line: 3, column: 5, length: 9, text: '    processes:  four' })
  expect(setting?.valuePlace).toMatchObject({ line: 3, column: 17, length: 4 })
})

test.each([
  ['uwsgi:\n  a: {b: {c: d}}', ['2:6 expected NAME: VALUE']],
  ['uwsgi:\n  a: [[1]]', ['2:7 `a`: expected a value or a list of values']],
  ['uwsgi:\n  - [1]', ['2:5 expected `option: value`']],
  ['- a', ['1:1 expected a map: `uwsgi:` and options below']],
  ['uwsgi:\n\ta: 1', ['2:1 Tabs are not allowed as indentation']],
  ['uwsgi: &a\n  <<: *a', ['2:3 maps are merged without end']],
  ['uwsgi:\n  ? [a]\n  : b', ['2:5 expected the name of an option']],
])('%j', (text, expected) => {
  expect(problems(parseYaml(text, 'a.yaml'))).toEqual(expected)
})

test('a placeholder at the start of a value needs no quotes', () => {
  const file = parseYaml('uwsgi:\n  chdir: %d\n  x: %(a)/b\n', 'a.yaml')
  expect(file.diagnostics).toEqual([])
  expect(plain(file)).toEqual([
    ['chdir', '%d'],
    ['x', '%(a)/b'],
  ])
})

test('no text makes it throw, and every place lies inside its line', () => {
  const piece = fc.constantFrom(
    'uwsgi',
    ':',
    ' ',
    '\n',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    '&a',
    '*a',
    '<<',
    '%',
    '@',
    '\t',
    '1',
    '|',
    '#',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.boolean(), (pieces, json) => {
      const { sections, diagnostics } = (json ? parseJson : parseYaml)(pieces.join(''), 'x')
      const places = [...sections.values()].flat().flatMap(({ place, valuePlace }) => [place, valuePlace])
      for (const place of [...places, ...diagnostics.flatMap(({ place }) => place ?? [])])
        expect(place.column + place.length - 1).toBeLessThanOrEqual(place.text.length)
    }),
  )
})
