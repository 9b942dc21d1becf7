import { expect, test } from 'vitest'
import { splitVariables } from './value.ts'

test.each([
  ['plain', ['plain']],
  ['$a', [{ name: 'a' }]],
  ['http://$host$request_uri', ['http://', { name: 'host' }, { name: 'request_uri' }]],
  ['${a}b$1c', [{ name: 'a' }, 'b', { name: '1' }, 'c']],
  ['', []],
])('%s', (text, parts) => {
  expect(splitVariables(text)).toEqual(parts)
})

test.each(['$', 'a$-', '${', '${a', '${a-b}'])('%s is refused', (text) => {
  expect(() => splitVariables(text)).toThrow(SyntaxError)
})
