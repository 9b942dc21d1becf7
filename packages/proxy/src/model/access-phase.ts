/**
 * The access phase: with `satisfy all` every handler must agree, with `satisfy any` one is enough, and of the refusals
 * 401 counts more. A handler that has `taken` the request is asked again when it calls `request.again`. With
 * `auth_delay` a 401 comes late, so that passwords cannot be tried quickly.
 */
import type { Request } from '../http/request.ts'
import { allowed, declined, taken, type Handler } from './module.ts'

/** What has been said so far about a request with `satisfy any`: nothing yet, granted, or the refusal's status. */
const undecided = 0
const granted = -1

/** The handlers of a location's access phase. */
export function accessPhase(handlers: readonly Handler[], satisfyAny: boolean, delay: number): readonly Handler[] {
  const any = satisfyAny && handlers.length > 1 ? [...handlers.map(noteAny), decideAny] : handlers
  return delay === 0 ? any : any.map((handler) => delayed(handler, delay))
}

function noteAny(handler: Handler, index: number): Handler {
  return (request) => {
    if (index === 0) request.access = undecided
    if (request.access === granted) return declined
    const result = handler(request)
    if (result === declined || result === taken) return result
    if (result === allowed) request.access = granted
    else if (result !== 401 && result !== 403) return result
    else if (request.access !== 401) request.access = result
    return declined
  }
}

function decideAny(request: Request): number {
  const { access } = request
  request.access = undecided
  if (access > 0) {
    if (access === 403) request.log('error', 'access forbidden by rule')
    return access
  }
  if (access === granted) request.out.remove('www-authenticate')
  return declined
}

function delayed(handler: Handler, delay: number): Handler {
  return (request) => {
    const result = handler(request)
    if (result !== 401) return result
    const timer = setTimeout(() => request.finalize(401), delay)
    request.activity = { onFinish: () => clearTimeout(timer) }
    return taken
  }
}
