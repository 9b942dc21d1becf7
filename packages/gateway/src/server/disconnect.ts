import { GatewayError } from '../gateway-error.ts'

/**
 * A vanished client: a front keeps one per request, reads `signal` into the environ's `tsgi.signal`, and gives it to the
 * engine in its sink. The signal is created when first read. (Reading it for each request is cheap: 30 ns, where a
 * getter in the environ's literal would cost 430.)
 */
export class Disconnect {
  /** Why the client is gone, once it is. */
  reason: Error | undefined = undefined
  private controller: AbortController | undefined = undefined
  private listener: ((reason: Error) => void) | undefined = undefined

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController()
      if (this.reason !== undefined) this.controller.abort(this.reason)
    }
    return this.controller.signal
  }

  /** The client is gone. The first call counts. */
  abort(reason: Error = new GatewayError('disconnected', 'the client closed the connection')): void {
    if (this.reason !== undefined) return
    this.reason = reason
    this.controller?.abort(reason)
    this.listener?.(reason)
  }

  /** The engine's one listener, called at once when the client is gone already. */
  listen(listener: ((reason: Error) => void) | undefined): void {
    this.listener = listener
    if (this.reason !== undefined) listener?.(this.reason)
  }
}
