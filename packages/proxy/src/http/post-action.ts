/** `post_action`: when an answer has been sent, a request of the proxy's own goes to another location; nobody sees its answer. */
import type { Request } from './request.ts'
import { startSubrequest } from './subrequest.ts'

/** Starts it, once per request. */
export function startPostAction(request: Request): void {
  const { postAction } = request.location.core
  if (postAction === undefined || request.hasPostAction || request.refusal !== undefined) return
  request.hasPostAction = true
  const { method, bufferedBody } = request
  const withBody = bufferedBody !== undefined
  startSubrequest(request, { uri: postAction, args: '', method, withBody, output: 'none', isBackground: true })
}
