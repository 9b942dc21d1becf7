/** Every way a party can break the contract at run time; the codes are API, the wording is not. */
export type GatewayErrorCode =
  | 'status-invalid'
  | 'header-name-invalid'
  | 'header-value-invalid'
  | 'header-refused'
  | 'content-length-invalid'
  | 'start-response-missing'
  | 'start-response-twice'
  | 'start-response-late'
  | 'body-kind'
  | 'body-chunk'
  | 'body-too-long'
  | 'body-too-short'
  | 'upgrade-refused'
  | 'response-ended'
  | 'disconnected'
  | 'input-busy'

/** A breach of the gateway contract, or the end of a connection, told by `code`. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: GatewayErrorCode

  constructor(code: GatewayErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What was thrown, as an `Error`: JavaScript lets anything be thrown. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`a thrown ${typeof thrown}: ${String(thrown)}`, { cause: thrown })
}
