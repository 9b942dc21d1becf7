import { expect, test } from 'vitest'
import { encodeVars } from './packet-writer.ts'
import { Vars } from './vars.ts'

const vars = new Vars(
  encodeVars([
    ['A', '1'],
    ['AB', ''],
    ['A', '2'],
    ['HTTP_X', '\u00ff'],
  ]),
  10,
)

test('vars keep their order, and the last of a name wins', () => {
  expect([...vars]).toEqual([
    ['A', '1'],
    ['AB', ''],
    ['A', '2'],
    ['HTTP_X', '\u00ff'],
  ])
  expect([vars.size, vars.get('A'), vars.get('AB'), vars.get('B'), vars.has('HTTP_X'), vars.has('HTTP_')]).toEqual([
    4,
    '2',
    '',
    undefined,
    true,
    false,
  ])
})

test('keys are compared without being made', () => {
  expect([vars.is(0, 'A'), vars.is(1, 'A'), vars.keyStartsWith(3, 'HTTP_'), vars.keyStartsWith(1, 'ABC')]).toEqual([
    true,
    false,
    true,
    false,
  ])
})

test('a var that is not there is a RangeError', () => {
  expect(() => vars.value(4)).toThrow(RangeError)
  expect(() => vars.key(-1)).toThrow(RangeError)
})
