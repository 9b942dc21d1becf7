import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Findings } from './diagnostic.ts'
import { maxDepth, parse } from './parser.ts'
import { print } from './print.ts'
import type { Statement } from './statement.ts'
import { commandLine } from './statement.ts'

/** Statements without places, for comparing. */
type Bare = readonly [name: string, args: readonly string[], block: readonly Bare[] | undefined]

function bare(statements: readonly Statement[]): Bare[] {
  return statements.map(({ name, args, block }) => [name, args.map(({ text }) => text), block && bare(block)])
}

function read(text: string, file = 'f'): { statements: Bare[]; messages: string[]; places: string[] } {
  const findings = new Findings()
  const statements = bare(parse(text, file, findings))
  const messages = findings.diagnostics.map(({ message }) => message)
  return { statements, messages, places: findings.diagnostics.map(({ place }) => `${place?.line}:${place?.column}`) }
}

test.each<[text: string, words: string[]]>([
  ['a b  c\td;', ['a', 'b', 'c', 'd']],
  ['a "b c" \'d e\';', ['a', 'b c', 'd e']],
  ['a "";', ['a', '']],
  ['a "x\ny";', ['a', 'x\ny']],
  ['a b#c; # a comment', ['a', 'b#c']],
  ['a b}c;', ['a', 'b}c']],
  ['a ${b}c;', ['a', '${b}c']],
  ['a "${b}";', ['a', '${b}']],
  ['a b"c;', ['a', 'b"c']],
  [String.raw`a b\ c;`, ['a', String.raw`b\ c`]],
  [String.raw`a b\;c;`, ['a', String.raw`b\;c`]],
  [String.raw`a \.php$;`, ['a', String.raw`\.php$`]],
  [String.raw`a "\d\\\"\t\n\r\'";`, ['a', '\\d\\"\t\n\r\'']],
  [String.raw`a "'\\\\";`, ['a', String.raw`'\\`]],
  ['if ("a" = b) ;', ['if', '("a"', '=', 'b)']],
  ['if ($a = "b") ;', ['if', '($a', '=', 'b', ')']],
  ['\u00ef\u00bb\u00bfa b;', ['a', 'b']],
  ['a\r\nb;\r\n', ['a', 'b']],
])('reads the words of %j', (text, [name, ...args]) => {
  expect(read(text)).toEqual({ statements: [[name, args, undefined]], messages: [], places: [] })
})

test.each<[text: string, message: string, place: string]>([
  ['a b', 'unexpected end of file, expecting ";" or "}"', '1:4'],
  ['a "b', 'unexpected end of file, expecting ";" or "}"', '1:3'],
  ['a {\n b;', 'unexpected end of file, expecting "}"', '2:4'],
  ['a;\n}', 'unexpected "}"', '2:1'],
  ['a { b }', 'unexpected "}"', '1:7'],
  [';', 'unexpected ";"', '1:1'],
  ['a;\n  {', 'unexpected "{"', '2:3'],
  ['a "b"c;', 'unexpected "c"', '1:6'],
  ['a \\', 'unexpected end of file, expecting ";" or "}"', '1:4'],
])('refuses %j', (text, message, place) => {
  expect(read(text)).toMatchObject({ messages: [message], places: [place] })
})

test('says in the words of -g what is wrong with -g', () => {
  expect(read('daemon off', commandLine).messages).toEqual(['unexpected end of parameter, expecting ";"'])
  expect(read('a {}', commandLine).messages).toEqual(['block directives are not supported in -g option'])
})

test('refuses a nesting that no configuration has', () => {
  expect(read('a {'.repeat(maxDepth + 1)).messages).toEqual([`blocks are nested deeper than ${maxDepth}`])
})

test('any text is read or refused, and never throws', () => {
  const syntax = fc.string({ unit: fc.constantFrom(...Array.from('ab ;{}"\'\\$#\n\t()')) })
  fc.assert(
    fc.property(fc.oneof(fc.string(), syntax, fc.string({ unit: 'binary' })), (text) => {
      const { messages } = read(text)
      expect(messages.length).toBeLessThanOrEqual(1)
    }),
    { numRuns: 2000 },
  )
})

test('printed statements are read back as the same', () => {
  const word = fc.string({ unit: fc.constantFrom(...Array.from('ab ;{}"\'\\$#\n\t\r()ntr')) })
  const name = word.filter((text) => text !== 'include')
  const { tree } = fc.letrec<{ tree: Bare[]; statement: Bare }>((tie) => ({
    tree: fc.array(tie('statement'), { maxLength: 4 }),
    statement: fc.tuple(
      name,
      fc.array(word, { maxLength: 3 }),
      fc.option(tie('tree'), { nil: undefined, depthSize: 'small' }),
    ),
  }))
  fc.assert(
    fc.property(tree, (statements) => {
      expect(read(print(statements.map(full)))).toEqual({ statements, messages: [], places: [] })
    }),
    { numRuns: 1000 },
  )
})

function full([name, args, block]: Bare): Statement {
  const place = { file: 'f', line: 1, column: 1 }
  return { name, args: args.map((text) => ({ text, quoted: false, place })), block: block?.map(full), place }
}

test('places count lines and columns across quotes and comments', () => {
  const findings = new Findings()
  const [, second] = parse('a "x\n y"; # z\n  b c;', 'f', findings)
  expect(second?.place).toEqual({ file: 'f', line: 3, column: 3 })
  expect(second?.args[0]?.place).toEqual({ file: 'f', line: 3, column: 5 })
})
