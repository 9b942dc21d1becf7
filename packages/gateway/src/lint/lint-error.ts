/** The rules that lint checks, by name. */
export type LintCode =
  | 'call-arguments'
  | 'environ-object'
  | 'environ-missing'
  | 'environ-empty'
  | 'environ-string'
  | 'environ-method'
  | 'environ-path'
  | 'environ-length'
  | 'environ-header'
  | 'environ-https'
  | 'environ-tsgi'
  | 'environ-own-key'
  | 'input-chunk'
  | 'input-size'
  | 'errors-text'
  | 'start-arguments'
  | 'start-status'
  | 'start-headers'
  | 'start-header-name'
  | 'start-header-value'
  | 'start-hop-by-hop'
  | 'start-content-type'
  | 'start-length'
  | 'start-twice'
  | 'start-swallowed'
  | 'start-missing'
  | 'start-write'
  | 'body-kind'
  | 'body-chunk'
  | 'body-length'
  | 'body-closed'
  | 'body-close-once'
  | 'body-iterated-twice'
  | 'body-concurrent'

/** Every rule that lint checks: who owes it, and the rule itself. The codes are API, the wording is not. */
const rules: Readonly<Record<LintCode, readonly ['server' | 'application', string]>> = {
  'call-arguments': ['server', 'an application is called with environ and startResponse'],
  'environ-object': ['server', 'environ is a plain object of its own for each request'],
  'environ-missing': ['server', 'environ holds every required key'],
  'environ-empty': ['server', 'REQUEST_METHOD, SERVER_NAME, SERVER_PORT and SERVER_PROTOCOL are not empty'],
  'environ-string': ['server', 'CGI variables are strings of U+0000 to U+00FF, absent when unset'],
  'environ-method': ['server', 'REQUEST_METHOD is a token'],
  'environ-path': ['server', 'SCRIPT_NAME and PATH_INFO are empty or begin with a slash, SCRIPT_NAME is not "/"'],
  'environ-length': ['server', 'CONTENT_LENGTH is a decimal number'],
  'environ-header': ['server', 'Content-Type and Content-Length have no HTTP_ prefix'],
  'environ-https': ['server', 'HTTPS is "on" under https and absent otherwise'],
  'environ-tsgi': ['server', 'the tsgi keys have the types of the contract'],
  'environ-own-key': ['server', 'keys are upper-case CGI variables or have a lower-case prefix and a dot'],
  'input-chunk': ['server', 'tsgi.input reads bytes, as many as were asked for or fewer'],
  'input-size': ['application', 'the size of a read is a whole number'],
  'errors-text': ['application', 'tsgi.errors is written text'],
  'start-arguments': ['application', 'startResponse takes a status, headers and at most an error'],
  'start-status': ['application', 'a status is "999 Reason" without control characters'],
  'start-headers': ['application', 'headers are a real array of pairs of strings'],
  'start-header-name': ['application', 'a header name is a token'],
  'start-header-value': ['application', 'a header value is latin-1 without control characters'],
  'start-hop-by-hop': ['application', 'hop-by-hop headers and Transfer-Encoding belong to the server'],
  'start-content-type': ['application', '204 and 304 have no Content-Type'],
  'start-length': ['application', 'there is one Content-Length, a decimal number, and none with 204'],
  'start-twice': ['application', 'startResponse is called again only with an error'],
  'start-swallowed': ['application', 'the error that startResponse rethrows is not swallowed'],
  'start-missing': ['application', 'startResponse is called before the first chunk that is not empty'],
  'start-write': ['server', 'startResponse returns the write function'],
  'body-kind': ['application', 'a body is an iterable of Uint8Array, or after 101 a function'],
  'body-chunk': ['application', 'chunks are Uint8Array'],
  'body-length': ['application', 'Content-Length is exact'],
  'body-closed': ['server', 'a body is not iterated after close'],
  'body-close-once': ['server', 'close is called exactly once'],
  'body-iterated-twice': ['server', 'a body is iterated once'],
  'body-concurrent': ['server', 'a chunk is on its way before the next is asked for'],
}

/** A breach of the contract: `side` broke the rule that `code` names. */
export class LintError extends Error {
  override readonly name = 'LintError'
  readonly code: LintCode
  readonly side: 'server' | 'application'

  constructor(code: LintCode, got: string) {
    const [side, rule] = rules[code]
    super(`${code}: ${rule} (the ${side}'s duty); got ${got}`)
    this.code = code
    this.side = side
  }
}

/** Throws unless the rule holds; `got` is made only then. */
export function expectRule(holds: boolean, code: LintCode, got: () => string): asserts holds {
  if (!holds) throw new LintError(code, got())
}

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
  if (Array.isArray(value)) return `[${value.slice(0, 4).map(show).join(', ')}]`
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name ?? 'no prototype'})`
  return typeof value === 'function' ? 'a function' : String(value)
}
