/** What a broken rule is called, and the status a server answers it with. */
const statuses = {
  'invalid-method': 400,
  'invalid-target': 400,
  'request-line-too-long': 414,
  'invalid-version': 400,
  'unsupported-version': 505,
  'invalid-status-line': 400,
  'too-many-empty-lines': 400,
  'bare-cr': 400,
  'bare-lf': 400,
  'head-too-large': 431,
  'too-many-fields': 431,
  'invalid-field-name': 400,
  'invalid-field-value': 400,
  'obs-fold': 400,
  'missing-host': 400,
  'repeated-host': 400,
  'invalid-host': 400,
  'invalid-content-length': 400,
  'repeated-content-length': 400,
  'content-length-and-transfer-encoding': 400,
  'transfer-encoding-in-http-1.0': 400,
  'repeated-transfer-encoding': 400,
  'unsupported-transfer-coding': 501,
  'invalid-chunk-size': 400,
  'invalid-chunk-extension': 400,
  'chunk-extensions-too-large': 413,
  'invalid-chunk-end': 400,
  'trailers-too-large': 431,
  truncated: 400,
  'invalid-use': 500,
} as const

/** The rule that was broken; part of the API, unlike the message. */
export type Http1ErrorCode = keyof typeof statuses

/** A message that breaks HTTP/1's rules: the peer's (`remote`), or one this side was asked to write (`local`). */
export class Http1Error extends Error {
  override readonly name = 'Http1Error'
  readonly code: Http1ErrorCode
  readonly side: 'local' | 'remote'
  /** What a server answers. */
  readonly status: number

  constructor(code: Http1ErrorCode, message: string, side: 'local' | 'remote' = 'remote') {
    super(message)
    this.code = code
    this.side = side
    this.status = side === 'local' ? 500 : statuses[code]
  }
}

/** A byte as an error message shows it. */
export function showByte(byte: number): string {
  return byte > 0x20 && byte < 0x7f
    ? `\`${String.fromCharCode(byte)}\``
    : `byte 0x${byte.toString(16).padStart(2, '0')}`
}
