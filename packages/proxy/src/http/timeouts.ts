/** What becomes of clients that are too slow. */
import type { ClientWire } from './client-wire.ts'
import type { Request } from './request.ts'

/** Milliseconds that an idle connection stays while the worker drains: a request may be on its way already. */
export const idleWhileDraining = 250

/** A request's body does not come, or its answer is not taken. */
export function endSlowRequest(request: Request): void {
  if (request.body.isFlowing && !request.headSent) {
    request.log('info', 'client timed out (110: Connection timed out) while reading client request body')
    request.keepAlive = false
    request.body.fail(408)
    return
  }
  request.log('info', 'client timed out (110: Connection timed out) while sending to client')
  request.abort()
}

/** The rest of a head does not come, or the last answer is not taken. */
export function logSlow({ log, clientAddress, listener, id }: ClientWire, doing: string): void {
  log.write(
    'info',
    `client timed out (110: Connection timed out) while ${doing}, client: ${clientAddress}, server: ${listener.spec.text}`,
    id,
  )
}
