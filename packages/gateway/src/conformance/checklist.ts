/**
 * The numbered requirements of the specification. `lint` names the codes under which a breach is found at run time; the
 * cases of the suite name the items they show, so that neither list can lose an item unnoticed.
 */
import type { LintCode } from '../lint/lint-error.ts'

/** Who owes a requirement: server, application, or middleware, which owes both sides' too. */
export type Side = 'S' | 'A' | 'M'

/** One numbered requirement. */
export interface Requirement {
  readonly item: number
  readonly sides: readonly Side[]
  readonly rule: string
  readonly lint: readonly LintCode[]
}

type Row = readonly [sides: string, rule: string, ...lint: LintCode[]]

const environ: readonly Row[] = [
  [
    'S',
    'calls `application(environ, startResponse)` positionally; an application can be called again',
    'call-arguments',
  ],
  ['S', 'gives a fresh plain object for each request, which the application may change', 'environ-object'],
  [
    'S',
    'never leaves REQUEST_METHOD, SERVER_NAME, SERVER_PORT empty; SERVER_PROTOCOL is the client’s',
    'environ-empty',
    'environ-method',
  ],
  [
    'S',
    'may leave SCRIPT_NAME, PATH_INFO, QUERY_STRING empty; gives CONTENT_TYPE and CONTENT_LENGTH only if sent',
    'environ-missing',
    'environ-path',
    'environ-length',
  ],
  ['S', 'gives `HTTP_*` if, and only if, the header was sent; none for a name with an underscore', 'environ-header'],
  ['S', 'gives CGI values as strings of U+0000 to U+00FF, one for each byte', 'environ-string'],
  ['S', 'leaves unset variables out; they are neither null nor undefined', 'environ-string'],
  ['S', 'sets HTTPS to `on` under TLS and only there', 'environ-https'],
  ['S', 'tells the truth in the `tsgi.*` keys', 'environ-tsgi'],
  ['S', 'gives its own keys a lower-case prefix and a dot; deployers can add pairs', 'environ-own-key'],
  ['SA', 'S undoes request chunking; A ignores hop-by-hop request headers', 'start-hop-by-hop'],
]

const streams: readonly Row[] = [
  ['S', 'offers read, readline, readlines and iteration on `tsgi.input`', 'environ-tsgi', 'input-chunk', 'input-size'],
  ['S', 'ends the input at CONTENT_LENGTH; from there on reads are empty', 'input-chunk'],
  ['S', 'takes any text on `tsgi.errors`', 'errors-text'],
  ['A', 'closes neither stream: neither has a close'],
]

const start: readonly Row[] = [
  [
    'SA',
    'A calls startResponse before its first chunk that is not empty; S allows that inside the iteration',
    'start-missing',
  ],
  ['A', 'gives a status `999 Reason`', 'start-status'],
  [
    'A',
    'gives a real array of pairs with valid names and no control characters; S may change the array',
    'start-arguments',
    'start-headers',
    'start-header-name',
    'start-header-value',
    'start-content-type',
  ],
  ['S', 'checks at the call and refuses hop-by-hop headers', 'start-hop-by-hop'],
  ['S', 'treats header names without regard to case', 'start-length'],
  ['S', 'returns write', 'start-write'],
  ['S', 'sends no headers before the first non-empty chunk, a write or the end of the body'],
  ['S', 'refuses a second call without excInfo', 'start-twice'],
  ['S', 'replaces status and headers when excInfo comes before headers are sent'],
  ['S', 'throws excInfo again when it comes after'],
  ['A', 'never swallows what startResponse threw again', 'start-swallowed'],
  ['S', 'keeps no reference to excInfo after the request'],
]

const body: readonly Row[] = [
  ['A', 'always returns an iterable of bytes', 'body-kind', 'body-chunk'],
  ['S', 'puts each chunk on its way before asking for the next, and delays none', 'body-concurrent'],
  ['S', 'uses only iteration, length, close and trailers of a body', 'body-iterated-twice'],
  ['A', 'gives a length that is exact', 'body-length'],
  ['S', 'calls close once, after success, error or disconnect', 'body-close-once', 'body-closed'],
  ['S', 'treats write as it does yield; what was written comes first', 'body-chunk'],
  ['S', 'adds Date and Server where they are missing'],
  ['S', 'passes bytes on unchanged'],
]

const framing: readonly Row[] = [
  ['S', 'never sends more than Content-Length, and throws on excess', 'body-length'],
  ['S', 'closes the connection after too short a body, and logs it', 'body-length'],
  ['S', 'may set Content-Length when the body is a single chunk or an array'],
  ['S', 'otherwise sends chunks (HTTP/1.1) or closes at the end (HTTP/1.0)'],
  ['AM', 'never sets Transfer-Encoding', 'start-hop-by-hop'],
  ['S', 'answers HEAD with the same headers, no body, and still calls close'],
]

const other: readonly Row[] = [
  ['S', 'answers `Expect: 100-continue` at once or on the first read, never for HTTP/1.0'],
  ['S', 'logs an error; answers 500 if nothing was sent, else breaks the connection'],
  ['S', 'file_wrapper starts at the offset, stops at the end or at Content-Length, and closes the file'],
  ['S', 'can serve with a single thread: a request that waits does not hold another', 'environ-tsgi'],
  ['M', 'yields at least once for each inner chunk'],
  ['M', 'uses the inner write only for what the application wrote'],
  ['M', 'passes close on, and drops a Content-Length that no longer holds', 'body-length'],
  ['SM', 'an extension that bypasses environ takes the environ object and refuses a substituted one', 'environ-object'],
]

const extensions: readonly Row[] = [
  ['S', '`tsgi.signal` aborts when the client is gone', 'environ-tsgi'],
  ['S', '`tsgi.early_hints` sends 103 before the answer; where it is present it works', 'environ-tsgi'],
  [
    'S',
    '`tsgi.trailers` is true only where trailers reach the client; they come from the body’s trailers()',
    'environ-tsgi',
  ],
  ['S', '`tsgi.protocol` lists what a 101 may choose; the body is then a function that takes the stream', 'body-kind'],
  [
    'S',
    '`tsgi.response_finished` hooks are called once, last added first, whatever became of the response',
    'environ-tsgi',
  ],
  ['SM', '`start` of an application is awaited before its first request, `stop` after its last; M passes them on'],
]

/** A heading of the checklist and its requirements. */
export interface Chapter {
  readonly title: string
  readonly requirements: readonly Requirement[]
}

const chapters: readonly (readonly [string, readonly Row[]])[] = [
  ['Environ', environ],
  ['Streams', streams],
  ['startResponse', start],
  ['Body', body],
  ['Framing', framing],
  ['Other duties', other],
  ['Extensions', extensions],
]

function number(): Chapter[] {
  let item = 0
  return chapters.map(([title, rows]) => ({
    title,
    requirements: rows.map(([sides, rule, ...lint]) => ({
      item: ++item,
      sides: sides.split('') as Side[],
      rule,
      lint,
    })),
  }))
}

/** All numbered requirements, by chapter; the numbers are API. */
export const checklist: readonly Chapter[] = number()
