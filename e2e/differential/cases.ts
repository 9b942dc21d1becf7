/** What is asked of both servers, byte by byte. */

/** A conversation: what is sent, and why the answers may differ. */
export interface Case {
  readonly name: string
  readonly send: string
  /** Why Debian's nginx answers in another way than the one Trivet follows; then the answers must differ. */
  readonly differs?: string
}

const close = 'Host: localhost\r\nConnection: close\r\n'

/** One GET with further fields. */
const get = (target: string, fields = ''): string => `GET ${target} HTTP/1.1\r\n${close}${fields}\r\n`
const ask = (method: string, target: string, fields = '', body = ''): string =>
  `${method} ${target} HTTP/1.1\r\n${close}${fields}\r\n${body}`

const targets = `
  / /index.html /page.html /plain.txt /empty.txt /noext /sp%20ace.txt /nothing /folder /folder/ /folder?a=b /text/ /.hidden
  /nofolder/ /page.html/ /page.html/more /%70age.html /page.html%00 /a%2fb /a%5cb
  //page.html /folder//a.txt /./page.html /folder/./a.txt /folder/../page.html /../page.html /folder/.. /folder/../../x
  /page.html?x=1 /page.html?x=/../y /page.html#frag /page.html%23x /page.html%3Fx /%ZZ /% /%4 /é
  /exact /exact/ /exact?a /prefix /prefix/x /prefix/final/y /prefix/x.re /x.re /x.rX /outer/ /outer/inner /outer/x.n /outer
  /quoted%20space/x /quoted%20space
  /vars?x=1&X_y=2&k=a /vars?k=bcd /vars? /vars?x /vars?x= /vars?&&x=2 /vars?X=upper /vars/%41?x=%41
  /status/299 /status/x /r301 /r302 /r303 /r307 /r308 /r204 /r404 /r404text /r500 /r444 /rurl
  /rw/last/abc?q=1 /rw/last/a%20b /rw/break/page.html /rw/break/nothing /rw/redirect/a%20b?x=1 /rw/permanent/a?x=1 /rw/loop
  /rw/if /rw/if?a=b /rw/neg /rw/method /rw/file /rw/dir /rw/args?x=old /rw/query?y=2
  /alias/ /alias/a.txt /alias/../page.html /aliasre/a.txt /aliasre/sub /try /try.html /tryfolder /try/x /trycode/x /trycode
  /tryname?q=1 /tryargs
  /ep/page /ep/code /ep/take /ep/named /ep/url /ep/url301 /ep/missing /ep/recursive /ep/second /ep/cycle /rd/slashes
  /internal /deny /some /other /except /exceptfile /headers /headers404 /expiresoff /expiresmax /typed /charset
  /etagoff/page.html /list/ /list /gif /relative /noport /ownname /auth
  /up/echo /up/echo?a=b /up/a%20b /up/a//b /up /upraw/x%20y?z /upuri/x /upuri /upset /upmethod /upredirect /uphide
  /upintercept /upaccel /up/chunked /up/status404 /up/close /up/head /up/204 /up/304 /nochunks
`
  .trim()
  .split(/\s+/)

const getCases = targets.map((target): Case => ({ name: `GET ${target}`, send: get(target) }))

const methods = ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'FOO', 'get', 'CONNECT']
const targetsOfMethods: readonly string[] = [
  '/page.html',
  '/exact',
  '/except',
  '/r404',
  '/folder',
  '/nothing',
  '/up/echo',
  '/headers',
]
const methodCases = methods.flatMap((method) =>
  targetsOfMethods.map((target): Case => ({
    name: `${method} ${target}`,
    send: ask(method, target, 'Content-Length: 0\r\n'),
  })),
)

const modifiedAt = 'Thu, 29 Feb 2024 12:34:56 GMT'
const etag = '"65e07b70-24"'
const conditions: readonly string[] = [
  `If-Modified-Since: ${modifiedAt}`,
  'If-Modified-Since: Thu, 29 Feb 2024 12:34:55 GMT',
  'If-Modified-Since: Thu, 29 Feb 2024 12:34:57 GMT',
  'If-Modified-Since: Thursday, 29-Feb-24 12:34:56 GMT',
  'If-Modified-Since: Thu Feb 29 12:34:56 2024',
  'If-Modified-Since: nonsense',
  `If-Unmodified-Since: ${modifiedAt}`,
  'If-Unmodified-Since: Thu, 29 Feb 2024 12:34:55 GMT',
  `If-None-Match: ${etag}`,
  `If-None-Match: W/${etag}`,
  'If-None-Match: "x"',
  `If-None-Match: "x", ${etag}`,
  'If-None-Match: *',
  `If-Match: ${etag}`,
  'If-Match: "x"',
  'If-Match: *',
  `If-Match: W/${etag}`,
  `If-None-Match: "x"\r\nIf-Modified-Since: ${modifiedAt}`,
  'Range: bytes=0-4',
  'Range: bytes=5-',
  'Range: bytes=-5',
  'Range: bytes=-100',
  'Range: bytes=0-0,2-3',
  'Range: bytes=0-4,-5',
  'Range: bytes=100-',
  'Range: bytes=5-4',
  'Range: bytes=a-b',
  'Range: bytes=0-4, 6-8 , 10-',
  'Range: bytes=0-,0-',
  'Range: items=0-4',
  'Range: bytes=',
  `Range: bytes=0-4\r\nIf-Range: ${etag}`,
  'Range: bytes=0-4\r\nIf-Range: "x"',
  `Range: bytes=0-4\r\nIf-Range: ${modifiedAt}`,
  'Range: bytes=0-4\r\nIf-Range: Thu, 29 Feb 2024 12:34:55 GMT',
  `Range: bytes=0-4\r\nIf-None-Match: ${etag}`,
]
const conditionCases = conditions.flatMap((field): Case[] => [
  { name: `/plain.txt ${field}`, send: get('/plain.txt', `${field}\r\n`) },
  { name: `HEAD /plain.txt ${field}`, send: ask('HEAD', '/plain.txt', `${field}\r\n`) },
  { name: `/etagoff/plain.txt ${field}`, send: get('/etagoff/plain.txt', `${field}\r\n`) },
])

const hosts =
  `second.test SECOND.TEST x.wild.test wild.test a.b.example.com example.com one.dynamic.test unknown localhost:80
   localhost: second.test. [::1] [::1]:80 127.0.0.1`.split(/\s+/)
const hostCases = hosts.flatMap((host): Case[] => [
  { name: `Host: ${host}`, send: `GET /vars HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n` },
  { name: `absolute ${host}`, send: `GET http://${host}/vars HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n` },
])

const bodies: readonly Case[] = [
  { name: 'POST to upstream', send: ask('POST', '/up/echo', 'Content-Length: 5\r\n', 'hello') },
  {
    name: 'chunked to upstream',
    send: ask('POST', '/up/echo', 'Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n'),
  },
  { name: 'body to a return', send: ask('POST', '/exact', 'Content-Length: 5\r\n', 'hello') },
  { name: 'too large by length', send: ask('POST', '/up/echo', 'Content-Length: 3000\r\n', 'x'.repeat(3000)) },
  {
    name: 'too large in chunks',
    send: ask('POST', '/up/echo', 'Transfer-Encoding: chunked\r\n', `bb8\r\n${'x'.repeat(3000)}\r\n0\r\n\r\n`),
  },
  { name: 'error_page for 413', send: ask('POST', '/ep/413', 'Content-Length: 3000\r\n', 'x'.repeat(3000)) },
  {
    name: 'Expect with body',
    send: ask('POST', '/up/echo', 'Expect: 100-continue\r\nContent-Length: 5\r\n', 'hello'),
  },
  {
    name: 'Expect with body, pipelined after an error',
    send: `POST /r404 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello${get('/exact')}`,
  },
  { name: 'Expect of something else', send: ask('POST', '/up/echo', 'Expect: x\r\nContent-Length: 5\r\n', 'hello') },
  { name: 'bad chunk size', send: ask('POST', '/up/echo', 'Transfer-Encoding: chunked\r\n', 'xyz\r\n\r\n') },
  { name: 'negative length', send: ask('POST', '/up/echo', 'Content-Length: -1\r\n', '') },
  { name: 'length no number', send: ask('POST', '/up/echo', 'Content-Length: abc\r\n', '') },
  { name: 'unknown coding', send: ask('POST', '/up/echo', 'Transfer-Encoding: gzip\r\n', '') },
  {
    name: 'length and chunked',
    send: ask('POST', '/up/echo', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  },
  { name: 'two lengths', send: ask('POST', '/up/echo', 'Content-Length: 1\r\nContent-Length: 1\r\n', 'x') },
  { name: 'changed body', send: ask('POST', '/upmethod', 'Content-Length: 5\r\n', 'hello') },
]

const lines: readonly (readonly [name: string, send: string])[] = [
  ['no Host in 1.1', 'GET / HTTP/1.1\r\n\r\n'],
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
  ['empty Host', 'GET /vars HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n'],
  ['Host with a slash', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
  ['Host with a control character', 'GET / HTTP/1.1\r\nHost: a\x01b\r\n\r\n'],
  ['1.0 without Host', 'GET /vars HTTP/1.0\r\n\r\n'],
  ['1.0 with keep-alive, twice', 'GET /exact HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /exact HTTP/1.0\r\n\r\n'],
  ['0.9', 'GET /page.html\r\n'],
  ['0.9 of nothing', 'GET /nothing\r\n'],
  ['0.9 with a method', 'POST /page.html\r\n'],
  ['pipelined', `GET /exact HTTP/1.1\r\nHost: localhost\r\n\r\n${get('/page.html')}`],
  ['pipelined behind a body', `POST /exact HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc${get('/exact')}`],
  ['pipelined after an error', `GET /r404 HTTP/1.1\r\nHost: a\r\n\r\n${get('/exact')}`],
  ['pipelined after HEAD', `HEAD /page.html HTTP/1.1\r\nHost: a\r\n\r\n${get('/exact')}`],
  ['empty lines first', `\r\n\r\n${get('/exact')}`],
  ['LF only', 'GET /exact HTTP/1.1\nHost: localhost\nConnection: close\n\n'],
  ['spaces in the request line', 'GET   /exact   HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
  ['space behind the version', 'GET /exact HTTP/1.1 \r\nHost: localhost\r\nConnection: close\r\n\r\n'],
  ['space in the target', 'GET /a b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
  ['HTTP/2.0', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
  ['HTTP/1.2', 'GET /vars HTTP/1.2\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ['HTTP/1', 'GET / HTTP/1\r\nHost: a\r\n\r\n'],
  ['http/1.1', 'GET / http/1.1\r\nHost: a\r\n\r\n'],
  ['HTTP/11.1', 'GET / HTTP/11.1\r\nHost: a\r\n\r\n'],
  ['HTTP/1.1x', 'GET / HTTP/1.1x\r\nHost: a\r\n\r\n'],
  ['no target', 'GET\r\n\r\n'],
  ['relative target', 'GET page.html HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['asterisk of HTTP/2.0', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['asterisk', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['method with digits', 'G3T / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['method with an underscore', 'GE_T /exact HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00'],
  ['field without a colon', 'GET /exact HTTP/1.1\r\nHost: a\r\nnonsense\r\nConnection: close\r\n\r\n'],
  ['field with a space in its name', 'GET / HTTP/1.1\r\nHost: a\r\nX y: 1\r\nConnection: close\r\n\r\n'],
  ['space before the colon', 'GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\nConnection: close\r\n\r\n'],
  ['folded field', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n  2\r\nConnection: close\r\n\r\n'],
  ['NUL in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\nConnection: close\r\n\r\n'],
  ['CR in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\nConnection: close\r\n\r\n'],
  ['underscore in a name', get('/vars', 'X_One: 1\r\n')],
  ['dot in a name', get('/vars', 'X.One: 1\r\n')],
  ['the same field twice', get('/vars', 'X-One: 1\r\nX-One: 2\r\n')],
  ['cookies', get('/vars', 'Cookie: b=1; a=2\r\nCookie: a=3\r\n')],
  ['empty field name', get('/exact', ': x\r\n')],
  ['value with spaces', get('/vars', 'X-One:   a  b   \r\n')],
  ['high bytes', get('/vars', 'X-One: \xe9\xff\r\n')],
  ['long target', get(`/${'a'.repeat(9000)}`)],
  ['long field', get('/exact', `X: ${'a'.repeat(9000)}\r\n`)],
  ['many long fields', get('/exact', `X: ${'a'.repeat(7000)}\r\n`.repeat(6))],
  ['Connection: close, keep-alive', 'GET /exact HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, close\r\n\r\n'],
  ['absolute target of another scheme', 'GET ftp://a/exact HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ['absolute target without a path', 'GET http://localhost HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ['absolute target, query alone', 'GET http://localhost?k=a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ['absolute target with a user', 'GET http://u@localhost/exact HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ['compressed', get('/gz', 'Accept-Encoding: gzip\r\n')],
  ['not compressed', get('/gz', 'Accept-Encoding: gzip;q=0\r\n')],
  ['compressed for a proxy', get('/gz', 'Accept-Encoding: gzip\r\nVia: x\r\n')],
  ['one range at most', get('/maxranges/plain.txt', 'Range: bytes=0-1,3-4\r\n')],
  ['range of an empty file', get('/empty.txt', 'Range: bytes=0-\r\n')],
  ['set header', get('/upset', 'Accept: x\r\nX-Real: forged\r\n')],
  ['hop-by-hop fields', get('/up/echo', 'Keep-Alive: 1\r\nTE: trailers\r\nUpgrade: x\r\nProxy-Connection: x\r\n')],
  ['TRACE with a body', ask('TRACE', '/exact', 'Content-Length: 3\r\n', 'abc')],
  ['flag on', get('/rw/neg', 'X-Flag: ON\r\n')],
  ['redirect for an unknown host', 'GET /folder HTTP/1.1\r\nHost: unknown:1234\r\nConnection: close\r\n\r\n'],
  ['redirect in 1.0', 'GET /folder HTTP/1.0\r\n\r\n'],
]

/** Why some answers differ, by the name of the case. */
const authority =
  'nginx 1.22 reads the target of CONNECT as any other and answers 405; since 1.31 it must be host and port, else 400'
const known: Readonly<Record<string, string>> = {
  'the same field twice': 'since nginx 1.23 all values of a field are in `$http_`, joined',
  ...Object.fromEntries(targetsOfMethods.map((target) => [`CONNECT ${target}`, authority])),
}

const all: readonly Case[] = [
  ...getCases,
  ...methodCases,
  ...conditionCases,
  ...hostCases,
  ...bodies,
  ...lines.map(([name, send]): Case => ({ name, send })),
]

/** All conversations. */
export const cases: readonly Case[] = all.map((one) => {
  const differs = known[one.name]
  return differs === undefined ? one : { ...one, differs }
})

/** The cases that are known to differ and are not there: a mistake in this file. */
export const strayReasons: readonly string[] = Object.keys(known).filter(
  (name) => !all.some((one) => one.name === name),
)
