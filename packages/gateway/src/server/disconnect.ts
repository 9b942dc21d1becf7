import { GatewayError } from '../gateway-error.ts'

/**
 * A vanished client, told at no cost when nobody asks: the `AbortSignal` is created when `signal` is first read. A front
 * keeps one per request and lets the environ's `tsgi.signal` be a getter for it.
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
