import { expect, test } from 'vitest'
import { compilePattern } from './pattern.ts'
import { parseServerName, ServerNames } from './server-names.ts'

const names = new ServerNames('default')
for (const [text, server] of [
  ['example.com', 'exact'],
  ['*.example.com', 'wild'],
  ['*.deep.example.com', 'deeper'],
  ['mail.*', 'trailing'],
  ['mail.example.*', 'longer trailing'],
  ['.both.org', 'both'],
] as const) {
  names.add(parseServerName(text), server)
}
names.add({ kind: 'regex', pattern: compilePattern(String.raw`^(?<sub>\w+)\.re\.net$`, true), bind: [] }, 'regex')
names.add({ kind: 'regex', pattern: compilePattern('re', true), bind: [] }, 'later regex')

test.each([
  ['example.com', 'exact'],
  ['a.example.com', 'wild'],
  ['a.b.example.com', 'wild'],
  ['a.deep.example.com', 'deeper'],
  ['deep.example.com', 'wild'],
  ['mail.example.org', 'longer trailing'],
  ['mail.org', 'trailing'],
  ['both.org', 'both'],
  ['x.both.org', 'both'],
  ['one.re.net', 'regex'],
  ['more.org', 'later regex'],
  ['nobody.org', 'default'],
  ['', 'default'],
])('%s is served by %s', (host, server) => {
  expect(names.find(host)).toBe(server)
})

test('a match by regular expression is told', () => {
  let sub: string | undefined
  names.find('one.re.net', (captures) => (sub = captures.groups?.['sub']))
  expect(sub).toBe('one')
})

test.each(['a.*.b', '*', '*a.com', 'a*', '.'])('%s is no name', (text) => {
  expect(() => parseServerName(text)).toThrow(SyntaxError)
})

test('the first server keeps a name', () => {
  const own = new ServerNames('x')
  expect(own.add(parseServerName('a'), 'first')).toBe(true)
  expect(own.add(parseServerName('a'), 'second')).toBe(false)
  expect(own.find('a')).toBe('first')
})
