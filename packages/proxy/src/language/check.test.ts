import { expect, test } from 'vitest'
import { compile } from './check.ts'
import { Findings, formatDiagnostic } from './diagnostic.ts'
import { directiveTable, key, Scope } from './directive.ts'
import type { Directive } from './directive.ts'
import { loadConfig } from './load.ts'
import { flagRow, sizeRow } from './rows.ts'

const gzip = key<boolean>('gzip')
const limit = key<number>('limit')
const log: string[] = []

const http: Directive = {
  name: 'http',
  contexts: ['main'],
  args: [0, 0],
  block: 'http',
  once: true,
  doc: '',
  apply: (scope, statement) => scope.child('http', statement),
  close: (scope) => void log.push(`http closed with gzip ${scope.get(gzip)}`),
}
const server: Directive = {
  name: 'server',
  contexts: ['http'],
  args: [0, 0],
  block: 'server',
  doc: '',
  apply: (scope, statement) => scope.child('server', statement),
}
const map: Directive = { name: 'map', contexts: ['http'], args: [2, 2], block: 'any', doc: '', apply: () => {} }
const listen: Directive = { name: 'listen', contexts: ['server'], args: [1, -1], doc: '', apply: () => {} }
const rows = directiveTable(
  [http, server, map, listen],
  [flagRow('tune_it', ['http', 'server'], gzip, ''), sizeRow('limit_it', ['server'], limit, '')],
)

function check(text: string, unimplemented: 'refuse' | 'warn' = 'refuse'): string {
  const loaded = loadConfig('/etc/x.conf', { text })
  const findings = new Findings()
  compile(loaded.statements, rows, new Scope('main'), findings, { unimplemented })
  return [...loaded.diagnostics, ...findings.diagnostics].map((one) => formatDiagnostic(one, loaded)).join('\n')
}

test('applies what is right, in scopes, and closes them', () => {
  expect(check('http { tune_it on; server { limit_it 1k; } map $a $b { anything goes; } }')).toBe('')
  expect(log.pop()).toBe('http closed with gzip true')
})

test('reports everything in one run, in the words of nginx, with a caret', () => {
  const text = `http {
  tune_it perhaps;
  tune_ti on;
  server {
    limit_it 1k;
    limit_it 2k;
    listen;
    server { }
    gzip_http_version 1.1;
  }
  listen 80;
  server;
  map $a { oops; }
  limit_it 1k {}
}
tune_it on;
`
  expect(check(text))
    .toBe(`nginx: [emerg] invalid value "perhaps" in "tune_it" directive, it must be "on" or "off" in /etc/x.conf:2
    /etc/x.conf:2:11
    |   tune_it perhaps;
    |           ^
nginx: [emerg] unknown directive "tune_ti" in /etc/x.conf:3
    /etc/x.conf:3:3
    |   tune_ti on;
    |   ^
    did you mean "tune_it"?
nginx: [emerg] "limit_it" directive is duplicate in /etc/x.conf:6
    /etc/x.conf:6:5
    |     limit_it 2k;
    |     ^
    the first stands in /etc/x.conf:5
nginx: [emerg] invalid number of arguments in "listen" directive in /etc/x.conf:7
    /etc/x.conf:7:5
    |     listen;
    |     ^
    expected at least 1, got 0
nginx: [emerg] "server" directive is not allowed here in /etc/x.conf:8
    /etc/x.conf:8:5
    |     server { }
    |     ^
    this is the context "server"; it is allowed in "http"
nginx: [emerg] directive "gzip_http_version" of nginx is not implemented by trivet in /etc/x.conf:9
    /etc/x.conf:9:5
    |     gzip_http_version 1.1;
    |     ^
    \`trivet_unimplemented warn;\` at the main level passes over such directives
nginx: [emerg] "listen" directive is not allowed here in /etc/x.conf:11
    /etc/x.conf:11:3
    |   listen 80;
    |   ^
    this is the context "http"; it is allowed in "server"
nginx: [emerg] directive "server" has no opening "{" in /etc/x.conf:12
    /etc/x.conf:12:3
    |   server;
    |   ^
nginx: [emerg] invalid number of arguments in "map" directive in /etc/x.conf:13
    /etc/x.conf:13:3
    |   map $a { oops; }
    |   ^
    expected 2, got 1
nginx: [emerg] "limit_it" directive is not allowed here in /etc/x.conf:14
    /etc/x.conf:14:3
    |   limit_it 1k {}
    |   ^
    this is the context "http"; it is allowed in "server"
nginx: [emerg] "tune_it" directive is not allowed here in /etc/x.conf:16
    /etc/x.conf:16:1
    | tune_it on;
    | ^
    this is the context "main"; it is allowed in "http", "server"`)
})

test('guesses a forgotten semicolon', () => {
  expect(check('http { server { limit_it 1k\n listen 80; } }')).toContain(
    'a ";" seems to be missing after "1k" in line 1',
  )
})

test('checks what stands in a block that is wrong itself', () => {
  expect(check('http x { wrong on; }')).toContain('unknown directive "wrong"')
})

test('passes over what nginx has and Trivet has not, when told to', () => {
  expect(check('http { perl_modules x; }', 'warn')).toMatch(/^nginx: \[warn\] directive "perl_modules" of nginx is not/)
})

test('checks the shape of what it does not have', () => {
  expect(check('http { perl_modules x y; }', 'warn')).toContain(
    'invalid number of arguments in "perl_modules" directive',
  )
  expect(check('perl_modules x;', 'warn')).toContain('"perl_modules" directive is not allowed here')
  expect(check('http { charset_map a b; }', 'warn')).toContain('directive "charset_map" has no opening "{"')
  expect(check('stream { anything goes; }', 'warn')).toMatch(/^nginx: \[warn\] directive "stream" of nginx is not/)
})

test.each([
  ['ssl on;', 'no longer part of nginx: write `listen ... ssl` instead'],
  ['passenger_root /x;', 'is of Phusion Passenger'],
  ['content_by_lua_file x.lua;', 'is of ngx_http_lua'],
  ['track_uploads proxied 30s;', 'is of nginx-upload-progress'],
])('says whose directive it is: %s', (text, expected) => {
  expect(check(`http { ${text} }`)).toContain(expected)
  expect(check(`http { ${text} }`, 'warn')).toMatch(/^nginx: \[warn\]/)
})

test('two rows for one name must not share a context', () => {
  expect(() => directiveTable([http], [http])).toThrow('declared twice')
})

test('shows what is read as UTF-8, and no control characters', () => {
  const shown = check(Buffer.from('grüße\u0007 "ü";').toString('latin1'))
  expect(shown).toContain('unknown directive "grüße?" in /etc/x.conf:1')
  expect(shown).toContain('| grüße? "ü";\n    | ^')
})
