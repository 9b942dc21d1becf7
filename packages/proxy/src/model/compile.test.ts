import { expect, test } from 'vitest'
import { ConfigError } from '../language/diagnostic.ts'
import { loadConfig } from '../language/load.ts'
import { compileConfig } from './compile.ts'
import type { ProxyConfig } from './config.ts'

function compile(http: string): ProxyConfig {
  const text = `events {}\nhttp {\n${http}\n}\n`
  return compileConfig(loadConfig('/nowhere/nginx.conf', { text }), { prefix: '/nowhere' })
}

function messages(http: string): string[] {
  try {
    compile(http)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.diagnostics.map(({ message, place }) => `${place?.line}: ${message}`)
  }
}

test('sockets: a wildcard takes in the addresses of its port', () => {
  const config = compile(
    'server { listen 8080; }\nserver { listen 127.0.0.1:8080; }\nserver { listen [::1]:8080; listen unix:/run/x; }',
  )
  expect(config.listens.map((spec) => spec.text)).toEqual(['0.0.0.0:8080', '[::1]:8080', 'unix:/run/x'])
  expect([...(config.http?.listeners[0]?.byAddress.keys() ?? [])]).toEqual(['127.0.0.1'])
})

test('everything that is wrong is told at once, with its place', () => {
  const found = messages(`server {
    listen 80 ssl;
    location /a/ { location /b { } return 200 $nobody; }
    location /a/ { }
    location = /x { proxy_pass ftp://x; }
    location ~ x { proxy_pass http://h/uri; }
    error_page 200 /x;
    rewrite ( x;
    if ($a ~ ) { }
    try_files $uri =4x4;
    server_name a*b;
    add_header a b sometimes;
    access_log x nope;
  }`)
  expect(found.map((line) => Number.parseInt(line))).toEqual(
    expect.arrayContaining([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
  )
  expect(found.join('\n')).toMatch(/TLS is not supported yet/)
  expect(found.join('\n')).toMatch(/location "\/b" is outside location "\/a\/"/)
  expect(found.join('\n')).toMatch(/duplicate location "\/a\/"/)
  expect(found.join('\n')).toMatch(/"proxy_pass" cannot have URI part/)
})

test('an unknown variable is told where it is used', () => {
  expect(messages('server {\nreturn 200 $nobody;\n}')).toEqual(['4: unknown "nobody" variable'])
})

test.each([
  [
    'server { listen 80 default_server; }\nserver { listen 80 default_server; }',
    '4: a duplicate default server for 0.0.0.0:80',
  ],
  ['upstream u { server a; }\nupstream u { server b; }', '4: duplicate upstream "u"'],
  ['upstream u { }', '3: no servers are inside upstream "u"'],
])('%j is refused', (text, message) => {
  expect(messages(text)).toContain(message)
})

test('a name that two servers want is a warning', () => {
  const config = compile('server { listen 80; server_name a; }\nserver { listen 80; server_name a; }')
  expect(config.warnings.map(({ message }) => message)).toEqual(['conflicting server name "a" on 0.0.0.0:80, ignored'])
})

test('what stands before a syntax error is checked, too, and often its cause', () => {
  expect(messages('server { location ~ ^/(x{2})/ { retrun 200; }')).toEqual([
    '3: missing closing parenthesis in the pattern "^/(x"',
    '3: unknown directive "2})/"',
    '5: unexpected end of file, expecting "}"',
  ])
})

test('a file that is missing hides no other mistake, and what it may have defined is not missed', () => {
  expect(messages('include /nowhere-else;\nserver { listen x y; return 200 $nobody; }')).toEqual([
    '4: invalid parameter "y"',
    '3: open() "/nowhere-else" failed (2: No such file or directory)',
  ])
})

test('a directive that is not implemented is told once, with the number of its places', () => {
  const text = 'server { proxy_cache a; location / { proxy_cache b; proxy_cache c; } }'
  expect(messages(text)).toEqual(['3: directive "proxy_cache" of nginx is not implemented by trivet'])
})

test.each(['proxy_redirect ~( /', 'proxy_cookie_path ~( /', 'proxy_cookie_flags ~( secure', 'gzip_disable ('])(
  'a pattern that is none is told at its directive: %s',
  (line) => {
    expect(messages(`server { location / {\n${line};\n} }`)).toEqual([
      '4: missing closing parenthesis in the pattern "("',
    ])
  },
)
