/** What went wrong, for programs; the wording of messages may change, the codes do not. */
export type MiddlewareErrorCode =
  | 'option-invalid'
  | 'body-too-large'
  | 'response-timeout'
  | 'session-sealed'
  | 'store-timeout'

/** The one error class of this package. */
export class MiddlewareError extends Error {
  override readonly name: string = 'MiddlewareError'
  readonly code: MiddlewareErrorCode

  constructor(code: MiddlewareErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
