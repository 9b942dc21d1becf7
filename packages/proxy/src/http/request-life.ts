/** How a request begins, when a head has been read or refused, and how it ends. */
import { admit } from './admission.ts'
import type { Connection } from './connection.ts'
import { debugEnd, debugHead } from './debug.ts'
import { finalize, run } from './engine.ts'
import type { HeadError, HeadReader } from './head.ts'
import { Request } from './request.ts'
import { RequestBody } from './request-body.ts'

/** Makes the request; `failure` is why its head was refused. The head is used again for the next one. */
export function openRequest(
  connection: Connection,
  head: HeadReader,
  failure: HeadError | undefined,
  now: number,
): Request {
  const { names } = connection
  const admission = failure === undefined ? admit(head, names) : undefined
  const refusal = failure ?? admission?.failure
  const length = refusal === undefined ? (admission?.bodyLength ?? 0) : 0
  const body = new RequestBody(connection, length, admission?.expectsContinue ?? false)
  const server = admission?.server ?? names.fallback
  const request = new Request(connection, server, head, body, admission?.keepAlive ?? false, now)
  request.refusal = refusal
  if (admission !== undefined) {
    request.host = admission.host
    request.port = admission.port
    request.uri = admission.uri
    request.args = admission.args
    admission.bindHost?.(request)
  }
  head.reset()
  return request
}

/** Runs it through the phases, or answers why it was refused. */
export function startRequest(request: Request): void {
  const { refusal } = request
  if (request.connection.isDebugged) debugHead(request)
  if (refusal === undefined) {
    for (const step of request.server.root.postread) step(request)
    run(request)
    return
  }
  request.keepAlive = false
  request.log('info', refusal.message)
  finalize(request, refusal.status)
}

/** It is over, whatever way it went: who worked for it is told, it is logged, and what it held is let go. */
export function settleRequest(request: Request): void {
  if (request.connection.isDebugged) debugEnd(request)
  request.activity?.onFinish?.()
  request.activity = undefined
  for (const log of request.location.logs) log(request)
  request.settle()
  request.filter?.dispose()
  request.encoder?.dispose()
  request.pacer?.stop()
  request.bufferedBody?.dispose()
}
