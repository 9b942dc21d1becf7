import { expect, test } from 'vitest'
import { Findings } from './diagnostic.ts'
import { parse } from './parser.ts'
import type { Statement } from './statement.ts'
import {
  parseSize,
  parseTime,
  readBuffers,
  readChoice,
  readChoices,
  readFlag,
  readNumber,
  readSize,
  readTime,
} from './values.ts'

test.each([
  ['512', 512],
  ['8k', 8192],
  ['8K', 8192],
  ['1m', 1_048_576],
  ['0', 0],
  ['1g', undefined],
  ['', undefined],
  ['k', undefined],
  ['-1', undefined],
  ['1.5k', undefined],
  ['8 k', undefined],
  ['99999999999999999999', undefined],
])('size %j', (text, size) => expect(parseSize(text)).toBe(size))

test('only offsets may be in gigabytes', () => expect(parseSize('1g', 'g')).toBe(1024 ** 3))

test.each([
  ['90', 90_000],
  ['0', 0],
  ['500ms', 500],
  ['1h 30m', 5_400_000],
  ['1h30m', 5_400_000],
  ['1m 30', 90_000],
  ['1d 1ms', 86_400_001],
  ['30 ', 30_000],
  ['2w', 1_209_600_000],
  ['30m 1h', undefined],
  ['1s 1s', undefined],
  ['1M', undefined],
  ['1y', undefined],
  ['30 30', undefined],
  ['', undefined],
  [' 1', undefined],
  ['-1', undefined],
  ['1x', undefined],
  ['1.5s', undefined],
])('time %j', (text, time) => expect(parseTime(text)).toBe(time))

test('times of whole seconds know years and months and no milliseconds', () => {
  expect(parseTime('1y', 's')).toBe(31_536_000_000)
  expect(parseTime('1M 1d', 's')).toBe(31 * 86_400_000)
  expect(parseTime('500ms', 's')).toBeUndefined()
})

type Read = (statement: Statement, report: Findings) => unknown

test.each<[text: string, read: Read, value: unknown, message: string | undefined]>([
  ['x ON;', readFlag, true, undefined],
  ['x maybe;', readFlag, undefined, 'invalid value "maybe" in "x" directive, it must be "on" or "off"'],
  ['x 8q;', readSize, undefined, '"x" directive invalid value'],
  ['x 8q;', readTime, undefined, '"x" directive invalid value'],
  ['x 8q;', readNumber, undefined, '"x" directive invalid number'],
  ['x 0;', (s, r) => readNumber(s, r, 0, [1]), undefined, 'value must be equal to or greater than 1'],
  ['x 11;', (s, r) => readNumber(s, r, 0, [1, 10]), undefined, 'value must be between 1 and 10'],
  ['x two;', (s, r) => readChoice(s, r, { one: 1, two: 2 }), 2, undefined],
  ['x constructor;', (s, r) => readChoice(s, r, { one: 1 }), undefined, 'invalid value "constructor"'],
  ['x one two one;', (s, r) => readChoices(s, r, { one: 1, two: 2 }), [1, 2], 'duplicate value "one"'],
  ['x 8 4k;', readBuffers, { count: 8, size: 4096 }, undefined],
  ['x 0 4k;', readBuffers, undefined, '"x" directive invalid value'],
])('%s', (text, read, value, message) => {
  const findings = new Findings()
  const [statement] = parse(text, 'f', findings)
  expect(statement && read(statement, findings)).toEqual(value)
  expect(findings.diagnostics[0]?.message).toBe(message)
})
