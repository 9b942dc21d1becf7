/** Which rule of the protocol was broken. Codes are API; the wording of messages is not. */
export type UwsgiErrorCode =
  | 'http-request'
  | 'unknown-modifier'
  | 'vars-too-large'
  | 'too-many-vars'
  | 'empty-key'
  | 'truncated-var'
  | 'bad-content-length'
  | 'length-required'
  | 'body-too-large'
  | 'cut-packet'
  | 'cut-body'
  | 'timeout'
  | 'control-var'
  | 'mount-mismatch'
  | 'missing-var'
  | 'request-too-big'
  | 'bad-character'

/** The status a server answers with: uWSGI closes without a byte, which a proxy can only call 502. */
const statuses: Readonly<Record<UwsgiErrorCode, number>> = {
  'http-request': 400,
  'unknown-modifier': 501,
  'vars-too-large': 431,
  'too-many-vars': 431,
  'empty-key': 400,
  'truncated-var': 400,
  'bad-content-length': 400,
  'length-required': 411,
  'body-too-large': 413,
  'cut-packet': 400,
  'cut-body': 400,
  timeout: 408,
  'control-var': 403,
  'mount-mismatch': 404,
  'missing-var': 400,
  'request-too-big': 431,
  'bad-character': 400,
}

/** A rule of the uwsgi protocol is broken: `side` says by whom, `status` what a server answers. */
export class UwsgiError extends Error {
  override readonly name = 'UwsgiError'
  readonly code: UwsgiErrorCode
  /** `remote`: the peer sent it; `local`: this side was asked to send it. */
  readonly side: 'local' | 'remote'
  readonly status: number

  constructor(code: UwsgiErrorCode, message: string, side: 'local' | 'remote' = 'remote') {
    super(message)
    this.code = code
    this.side = side
    this.status = statuses[code]
  }
}
