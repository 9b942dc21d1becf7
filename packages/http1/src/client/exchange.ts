import type { ResponseHead } from '../codec/head.ts'
import type { HeaderFields } from '../codec/header-fields.ts'
import type { ClientError } from './client-error.ts'
import type { ClientConnection } from './connection.ts'

/** One request and its answer, implemented by the caller: an object with state rather than a handful of closures. */
export interface Exchange {
  readonly method: string
  /** The request's bytes up to its body, or with it when it is small; a string is latin-1. */
  encode(connection: ClientConnection): Uint8Array | string
  /** A head; those of interim answers (1xx) come before the final one. */
  onHead(head: ResponseHead): void
  /** A piece of the body. */
  onData(chunk: Uint8Array): void
  /** The end of the answer; the connection is free again. */
  onEnd(trailers: HeaderFields | undefined): void
  /** Instead of `onEnd`, once. */
  onError(error: ClientError): void
  /** `write()` returned false before; now it may go on. */
  onDrain?(): void
  /**
   * The request's head has been written, perhaps before `request()` returned; a body may follow, and `endBody()` ends it.
   * An exchange without this method has no body beyond what `encode` returned.
   */
  onConnected?(connection: ClientConnection): void
  /** For protocols with a sign of their own for keep-alive. Default: `head.keepAlive`. */
  reusable?(head: ResponseHead): boolean
}
